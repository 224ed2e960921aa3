using Efface.Auditing;
using Efface.Models;
using Efface.Models.Balance;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Erasing;

/// <summary>
/// Trains the perceptrons of a <see cref="FoldedReader"/>, each on the rows of the other folds; classes have equal weight.
/// </summary>
internal static class ReaderTraining
{
    private const int BatchSize = 256,
        Epochs = 12,
        FewestSteps = 300;
    private const double Rate = 2e-3,
        Decay = 1e-4;

    /// <summary>Trains all of them, side by side.</summary>
    /// <param name="reader">With fresh weights.</param>
    /// <param name="x">f32 [N, d].</param>
    /// <param name="folds">The fold of each row, int64 [N].</param>
    /// <param name="labels">The classes to read.</param>
    /// <param name="seed">Decides the order of rows.</param>
    /// <param name="step">Called after each step of one of them, with the number of all steps.</param>
    /// <param name="cancel">Checked before each step.</param>
    public static void Train(
        FoldedReader reader,
        Tensor x,
        Tensor folds,
        LabelledColumn labels,
        int seed,
        Action<int>? step,
        CancellationToken cancel
    )
    {
        using var truth = labels.ToTensor();
        using var ofFolds = folds.data<long>();
        var ofRows = ofFolds.ToArray();
        int[][] others =
        [
            .. Enumerable
                .Range(0, reader.Perceptrons.Count)
                .Select(fold => Enumerable.Range(0, ofRows.Length).Where(row => ofRows[row] != fold).ToArray()),
        ];
        var total = others.Sum(rows => Steps(rows.Length));
        Lanes
            .For(0)
            .Run(
                [
                    .. others.Select<int[], Action>(
                        (rows, fold) =>
                            () => Train(reader.Perceptrons[fold], x, truth, rows, labels, seed + fold, () => step?.Invoke(total), cancel)
                    ),
                ],
                cancel
            );
        reader.eval();
    }

    private static int Steps(int rows) => Math.Max(FewestSteps, Epochs * (rows / BatchSize));

    private static void Train(
        Module<Tensor, Tensor> perceptron,
        Tensor x,
        Tensor truth,
        int[] rows,
        LabelledColumn labels,
        int seed,
        Action step,
        CancellationToken cancel
    )
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var weights = ClassWeights(rows, labels);
        using var optimiser = new Adam(perceptron.parameters(), Rate, Decay);
        var (order, shuffling, next, steps) = ((int[])rows.Clone(), new Random(seed), rows.Length, Steps(rows.Length));
        var size = Math.Min(BatchSize, rows.Length);
        perceptron.train();
        for (var i = 0; i < steps; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            if (next + size > order.Length)
            {
                shuffling.Shuffle(order);
                next = 0;
            }
            var batch = torch.tensor([.. order.AsSpan(next, size).ToArray().Select(row => (long)row)]);
            next += size;
            // Up to the full rate and down again (Smith and Topin 2019): few epochs suffice.
            var progress = (double)i / steps;
            optimiser.Rate = Rate * (progress < 0.3 ? progress / 0.3 : Optimiser.Cosine((progress - 0.3) / 0.7));
            functional.cross_entropy(perceptron.call(x.index_select(0, batch)), truth.index_select(0, batch), weights).backward();
            optimiser.Step();
            step();
        }
        perceptron.eval();
    }

    private static Tensor ClassWeights(int[] rows, LabelledColumn labels)
    {
        var counts = new int[labels.Classes];
        foreach (var row in rows)
            counts[labels.Labels[row]]++;
        return torch.tensor([.. counts.Select(count => (float)rows.Length / (labels.Classes * Math.Max(1, count)))]);
    }
}
