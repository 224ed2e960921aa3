using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// Two stages after the embedding: <c>assignment</c> gives p(c|x) over M = 2^B codes, <c>code</c> chooses one of them by straight-through
/// (Bengio et al., 2013) and passes its vector to the classifier. The code's number is released.
/// </summary>
internal static class DiscreteBottleneck
{
    /// <summary>The stage whose output is p(c|x), f32 [B, M].</summary>
    public const string Assignment = "assignment";

    /// <summary>The stage whose output is the code's vector, f32 [B, D].</summary>
    public const string Code = "code";

    /// <summary>Puts a bottleneck with fresh weights between embedding and head.</summary>
    /// <param name="network">Ends in the stages embedding and head; its modules become the result's.</param>
    /// <param name="bits">B, 1 to 12.</param>
    /// <param name="random">Initialises its weights.</param>
    /// <exception cref="InvalidInputException">B is out of range.</exception>
    public static StagedNetwork Insert(StagedNetwork network, int bits, Generator random)
    {
        if (bits is < 1 or > 12)
            throw new InvalidInputException($"`RecipeSettings.Bits` {bits}", "not a usable size", "Give 1 to 12 bits: 2 to 4,096 codes");
        var head = network.LastLayer;
        var (size, codes, device) = (head.weight.shape[1], 1L << bits, head.weight.device);
        var stages = network.Stages.ToList();
        stages.InsertRange(
            stages.Count - 1,
            [
                new Stage(
                    Assignment,
                    [
                        ("assignment_norm", BatchNorm1d(size, affine: false).to(device)),
                        ("assignment", Layers.Linear(size, codes, random).to(device)),
                        ("assignment_softmax", Softmax(1)),
                    ]
                ),
                new Stage(Code, "codebook", new Codebook(codes, size, random).to(device)),
            ]
        );
        return new StagedNetwork(stages);
    }

    /// <summary>
    /// Initialises codes as the trained model's decision and a random rest: code c stands for class c mod K, so that the network decides as
    /// before, and learns what else to say. Does nothing if there are fewer codes than classes.
    /// </summary>
    /// <param name="network">With a fresh bottleneck and a trained head.</param>
    /// <param name="embeddings">Embeddings of training images, f32 [N, D], on the network's device.</param>
    /// <param name="random">The source of the random rests.</param>
    public static void StartFromDecision(StagedNetwork network, Tensor embeddings, Generator random)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var stage = network.Stages[network.IndexOf(Assignment)].Modules;
        var (norm, assignment) = ((BatchNorm1d)stage[0].Module, (Linear)stage[1].Module);
        var (vectors, head) = (((Codebook)network.Stages[network.IndexOf(Code)].Modules[0].Module).Vectors, network.LastLayer);
        var (codes, classes, size) = (vectors.shape[0], head.weight.shape[0], vectors.shape[1]);
        if (codes < classes)
            return;

        var (mean, variance) = (embeddings.mean([0L]), embeddings.var(0, unbiased: false));
        norm.running_mean!.copy_(mean);
        norm.running_var!.copy_(variance);
        // The head's scores as a function of the standardised embedding, and one random direction for all codes with the same rest.
        var ofClass = torch.arange(codes, device: vectors.device).remainder(classes);
        var rest = torch.randn(Rests(codes, classes), size, generator: random).to(vectors.device) / Math.Sqrt(size);
        var deviation = (variance + norm.eps).sqrt();
        assignment.weight.copy_((head.weight * deviation).index_select(0, ofClass) + rest.repeat_interleave(classes, 0)[..(int)codes]);
        assignment.bias!.copy_((head.weight.matmul(mean) + head.bias!).index_select(0, ofClass));
        var decided = functional.one_hot(head.call(embeddings).argmax(1), classes).to_type(embeddings.dtype);
        vectors.copy_(((decided.t().matmul(embeddings) + mean) / (decided.sum([0L]) + 1).unsqueeze(1)).index_select(0, ofClass));
    }

    /// <summary>The released codes, int64 [B], from p(c|x) [B, M].</summary>
    public static Tensor Decide(Tensor assignment) => assignment.argmax(1);

    /// <summary>What code c says beside its initial class c mod K: c div K, as probabilities f32 [B, ⌈M/K⌉].</summary>
    /// <param name="assignment">p(c|x), f32 [B, M].</param>
    /// <param name="classes">K, of the task.</param>
    public static Tensor Rest(Tensor assignment, long classes)
    {
        using var scope = NewDisposeScope();
        var rests = Rests(assignment.shape[1], classes);
        return functional
            .pad(assignment, [0, rests * classes - assignment.shape[1]])
            .view(-1, rests, classes)
            .sum([2L])
            .MoveToOuterDisposeScope();
    }

    /// <summary>The number of different rests of M codes.</summary>
    public static long Rests(long codes, long classes) => (codes + classes - 1) / classes;

    /// <summary>The chosen code as one-hot f32 [B, M]: its value is the decision's, its gradient the assignment's.</summary>
    public static Tensor StraightThrough(Tensor assignment) =>
        functional.one_hot(Decide(assignment), assignment.shape[1]).to_type(assignment.dtype) + assignment - assignment.detach();

    /// <summary>The chosen code's vector, f32 [B, D], of p(c|x), f32 [B, M].</summary>
    internal sealed class Codebook : Module<Tensor, Tensor>
    {
        private readonly Parameter vectors;

        /// <param name="codes">M.</param>
        /// <param name="size">D.</param>
        /// <param name="random">Initialises the vectors.</param>
        public Codebook(long codes, long size, Generator random)
            : base(nameof(Codebook))
        {
            vectors = new Parameter(torch.randn(codes, size, generator: random) / Math.Sqrt(size));
            RegisterComponents();
        }

        /// <summary>f32 [M, D].</summary>
        public Parameter Vectors => vectors;

        /// <inheritdoc/>
        public override Tensor forward(Tensor assignment)
        {
            using var scope = NewDisposeScope();
            return StraightThrough(assignment).matmul(vectors).MoveToOuterDisposeScope();
        }
    }
}
