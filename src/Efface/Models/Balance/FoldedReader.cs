using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Balance;

/// <summary>
/// Perceptrons of two hidden layers, one for each fold of the rows: a row is read by the one that did not learn from its fold, so that rows
/// learned from and new rows are read equally well (cross-fitting; Chernozhukov et al. 2018).
/// </summary>
internal sealed class FoldedReader : Module<Tensor, Tensor, Tensor>
{
    private const double Dropout = 0.2;

    // Hidden layers of more would take more memory than the vectors themselves.
    private const int RowsAtATime = 8192;

    private readonly int _classes;

    /// <param name="inputs">d of the vectors.</param>
    /// <param name="classes">K.</param>
    /// <param name="folds">How many folds there are.</param>
    /// <param name="width">Of the hidden layers.</param>
    /// <param name="random">Initialises weights, and decides dropout.</param>
    public FoldedReader(int inputs, int classes, int folds, int width, Generator random)
        : base(nameof(FoldedReader))
    {
        _classes = classes;
        // Each has its own generator: they are trained side by side.
        Perceptrons = [.. Enumerable.Range(0, folds).Select(_ => Perceptron(inputs, classes, width, Own(random)))];
        for (var fold = 0; fold < folds; fold++)
            register_module($"fold{fold}", Perceptrons[fold]);
    }

    /// <summary>One for each fold: f32 [B, d] in, logits [B, K] out.</summary>
    public IReadOnlyList<Module<Tensor, Tensor>> Perceptrons { get; }

    /// <summary>The logits of rows, f32 [B, K].</summary>
    /// <param name="x">f32 [B, d].</param>
    /// <param name="folds">The fold of each row, int64 [B].</param>
    public override Tensor forward(Tensor x, Tensor folds)
    {
        var logits = x.new_zeros(x.shape[0], _classes);
        for (var fold = 0; fold < Perceptrons.Count; fold++)
        {
            using var scope = NewDisposeScope();
            foreach (var rows in (folds == fold).nonzero().flatten().split(RowsAtATime))
            {
                using var inner = NewDisposeScope();
                if (rows.shape[0] > 0)
                    logits.index_copy_(0, rows, Perceptrons[fold].call(x.index_select(0, rows)));
            }
        }
        return logits;
    }

    private static Generator Own(Generator random)
    {
        using var seed = torch.randint(long.MaxValue, [1], generator: random);
        return new Generator((ulong)seed.item<long>());
    }

    private static Module<Tensor, Tensor> Perceptron(int inputs, int classes, int width, Generator random) =>
        Sequential(
            ("hidden1", Layers.Linear(inputs, width, random)),
            ("gelu1", GELU()),
            ("dropout1", new Omission(Dropout, random)),
            ("hidden2", Layers.Linear(width, width, random)),
            ("gelu2", GELU()),
            ("dropout2", new Omission(Dropout, random)),
            ("logits", Layers.Linear(width, classes, random))
        );
}
