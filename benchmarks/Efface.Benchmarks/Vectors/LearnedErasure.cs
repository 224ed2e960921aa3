using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Detachment;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Batch = Efface.Data.Batch;

namespace Efface.Benchmarks;

/// <summary>
/// A residual perceptron that keeps vectors near themselves and their task readable, and hides the attribute: from a kernel (HSIC; Gretton
/// et al., ALT 2005) or from adversarial heads that are made anew at each epoch. Of several weights of hiding, the one is kept whose
/// leak to a fresh perceptron on validation rows is least.
/// </summary>
internal sealed class LearnedErasure(VectorTable table, TaskAndAttributes labels, Tensor rows, int seed)
{
    private const int BatchSize = 256,
        Epochs = 30,
        Hidden = 256,
        Heads = 3,
        HeadSteps = 2;
    private const double Rate = 1e-3;

    private static readonly double[] Weights = [1, 5, 25];

    private readonly int[] _training = table.Rows(Part.Train);

    /// <summary>All rows, erased, f32 [N, D].</summary>
    /// <param name="byKernel">Else by heads.</param>
    public Tensor Of(bool byKernel)
    {
        using var noGradient = no_grad();
        var known = Some(rows, _training);
        var (mean, deviation) = (known.mean([0L]), known.std(0).clamp(min: 1e-6));
        var x = (rows - mean) / deviation;
        var tries = Weights.Select(weight => Trained(x, weight, byKernel)).ToArray();
        return tries.MinBy(Leak)! * deviation + mean;
    }

    private Tensor Trained(Tensor x, double weight, bool byKernel)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator((ulong)seed);
        var change = Perceptron(x.shape[1], x.shape[1], random);
        var task = Perceptron(x.shape[1], labels.Task.Classes.Count, random);
        using (enable_grad())
        {
            using var optimiser = new Adam([.. change.parameters(), .. task.parameters()], Rate, 1e-4);
            using var kernel = new KernelIndependence(weight, KernelCriterion.Independence, labels);
            for (var epoch = 0; epoch < Epochs; epoch++)
                using (NewDisposeScope())
                {
                    var heads = Enumerable.Range(0, Heads).Select(_ => Perceptron(x.shape[1], Classes, random)).ToArray();
                    using var ofHeads = new Adam(heads.SelectMany(head => head.parameters()), Rate, 0);
                    var shuffled = (int[])_training.Clone();
                    new Random(seed + epoch).Shuffle(shuffled);
                    foreach (var some in shuffled.Chunk(BatchSize).Where(some => some.Length == BatchSize))
                    {
                        using var inner = NewDisposeScope();
                        var (input, y, z) = (Some(x, some), Of(labels.Task, some), Of(labels.Attributes[0], some));
                        if (!byKernel)
                            Learn(heads, ofHeads, (input + change.call(input)).detach(), z);
                        var h = input + change.call(input);
                        var hiding = byKernel
                            ? kernel.Loss(new DetachmentInput(h, input, new Batch(input, y, [z]), 1, input))
                            : weight * heads.Select(head => Confusion(head.call(h))).Aggregate((a, b) => a + b) / Heads;
                        ((h - input).square().mean() + functional.cross_entropy(task.call(h), y) + hiding).backward();
                        optimiser.Step();
                    }
                }
        }
        return (x + change.call(x)).MoveToOuterDisposeScope();
    }

    private int Classes => labels.Attributes[0].Classes.Count;

    private static void Learn(Module<Tensor, Tensor>[] heads, Adam optimiser, Tensor h, Tensor z)
    {
        for (var step = 0; step < HeadSteps; step++)
        {
            heads.Select(head => functional.cross_entropy(head.call(h), z)).Aggregate((a, b) => a + b).backward();
            optimiser.Step();
        }
    }

    // Cross entropy from the uniform guess.
    private static Tensor Confusion(Tensor logits) => -functional.log_softmax(logits, 1).mean() - Math.Log(logits.shape[1]);

    private double Leak(Tensor erased)
    {
        using var graph = enable_grad();
        var (validation, half) = (table.Rows(Part.Validation), _training.Length / 2);
        var problem = new AttackProblem(erased.shape[1..], 0, labels.Task.Classes.Count, Classes);
        AttackSet Set(int[] some)
        {
            int[] y = [.. some.Select(row => labels.Task.Labels[row])];
            return new AttackSet(Some(erased, some), y, y, [.. some.Select(row => labels.Attributes[0].Labels[row])]);
        }
        return new AttackParts(problem, Set(_training[..half]), Set(_training[half..]), Set(validation))
            .OnTraining(new MlpAttacker(), seed)
            .Test.BalancedAccuracy();
    }

    private static Module<Tensor, Tensor> Perceptron(long inputs, long outputs, Generator random) =>
        Sequential(
            Layers.Linear(inputs, Hidden, random),
            GELU(),
            Layers.Linear(Hidden, Hidden, random),
            GELU(),
            Layers.Linear(Hidden, outputs, random)
        );

    private static Tensor Some(Tensor of, int[] some) => of.index_select(0, torch.tensor(Array.ConvertAll(some, row => (long)row)));

    private static Tensor Of(Column column, int[] some) => torch.tensor(Array.ConvertAll(some, row => (long)column.Labels[row]));
}
