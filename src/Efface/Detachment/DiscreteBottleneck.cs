using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// Two stages after the embedding: <c>assignment</c> gives p(c|x) over M = 2^B codes, <c>code</c> decides for one of them by
/// straight-through (Bengio et al., 2013) and hands its vector to the classifier. What is released is the code's number.
/// </summary>
public static class DiscreteBottleneck
{
    /// <summary>The stage whose output is p(c|x), f32 [B, M].</summary>
    public const string Assignment = "assignment";

    /// <summary>The stage whose output is the code's vector, f32 [B, D].</summary>
    public const string Code = "code";

    /// <summary>Puts a bottleneck with fresh weights between embedding and head.</summary>
    /// <param name="network">Ends in the stages embedding and head; its modules go over to the result.</param>
    /// <param name="bits">B, 1 to 12.</param>
    /// <exception cref="InvalidInputException">B is out of range.</exception>
    public static StagedNetwork Insert(StagedNetwork network, int bits)
    {
        if (bits is < 1 or > 12) throw new InvalidInputException($"--bits {bits}", "not a usable size", "Give 1 to 12 bits: 2 to 4,096 codes");
        var head = (Linear)network.Stages[network.IndexOf(StagedNetwork.Head)].Modules[^1].Module;
        var (size, codes, device) = (head.weight.shape[1], 1L << bits, head.weight.device);
        var stages = network.Stages.ToList();
        stages.InsertRange(stages.Count - 1,
        [
            new Stage(Assignment,
            [
                ("assignment_norm", BatchNorm1d(size, affine: false).to(device)),
                ("assignment", Linear(size, codes).to(device)),
                ("assignment_softmax", Softmax(1)),
            ]),
            new Stage(Code, "codebook", new Codebook(codes, size).to(device)),
        ]);
        return new StagedNetwork(stages);
    }

    /// <summary>The released codes, int64 [B], from p(c|x) [B, M].</summary>
    public static Tensor Decide(Tensor assignment) => assignment.argmax(1);

    /// <summary>The chosen code as one-hot f32 [B, M]: its value is the decision's, its gradient the assignment's.</summary>
    public static Tensor StraightThrough(Tensor assignment)
        => functional.one_hot(Decide(assignment), assignment.shape[1]).to_type(assignment.dtype) + assignment - assignment.detach();

    private sealed class Codebook : Module<Tensor, Tensor>
    {
        private readonly Parameter vectors;

        public Codebook(long codes, long size) : base(nameof(Codebook))
        {
            vectors = new Parameter(torch.randn(codes, size) / Math.Sqrt(size));
            RegisterComponents();
        }

        public override Tensor forward(Tensor assignment)
        {
            using var scope = NewDisposeScope();
            return StraightThrough(assignment).matmul(vectors).MoveToOuterDisposeScope();
        }
    }
}
