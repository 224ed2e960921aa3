using System.Security.Cryptography;
using Efface.Baselines;
using Efface.Models;
using Efface.Models.Balance;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>A step of fitting.</summary>
/// <param name="What">Its name, for a progress display.</param>
/// <param name="Done">In [0, 1].</param>
public sealed record ErasingProgress(string What, double Done);

/// <summary>Fits a <see cref="BalanceErasure"/> (docs/balance.md).</summary>
/// <param name="training">Rows to fit readers and moments on.</param>
/// <param name="judged">Rows to choose the noise on.</param>
/// <param name="options">Directions, noise, rounds, seed.</param>
/// <param name="progress">Receives each step.</param>
/// <param name="cancel">Checked before each step.</param>
internal sealed class BalanceFit(
    LabelledRows training,
    LabelledRows judged,
    EraserOptions options,
    Action<ErasingProgress>? progress,
    CancellationToken cancel
)
{
    private const int Folds = 3,
        Width = 256;

    // Where the calibrated logits of two classes are further apart than this, a row counts as the likelier one's alone.
    private const double Sharpness = 2;

    /// <summary>The recipe's name.</summary>
    public const string Recipe = "balance";

    private int _steps;

    /// <summary>Of the network whose vectors these are: its decisions stay. Null lets a reader decide.</summary>
    public Linear? Classifier { get; init; }

    /// <summary>Fits an eraser.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="training">Rows to fit readers and moments on.</param>
    /// <param name="judged">Rows to choose the noise on.</param>
    /// <param name="options">Directions, noise, rounds, seed.</param>
    /// <param name="progress">Receives each step.</param>
    /// <param name="cancel">Checked before each step.</param>
    public static Eraser Fit(
        EraserDescription description,
        LabelledRows training,
        LabelledRows judged,
        EraserOptions options,
        Action<ErasingProgress>? progress,
        CancellationToken cancel
    )
    {
        var (erasure, noise) = new BalanceFit(training, judged, options, progress, cancel).Run();
        return Eraser.Of(description with { Balance = erasure.Shape, Noise = noise }, erasure, training);
    }

    /// <summary>The erasure, and the deviation of its noise in parts of each direction's.</summary>
    /// <exception cref="InvalidInputException">There are too few rows.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public (BalanceErasure Erasure, double Noise) Run()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var columns = Enumerable.Repeat(training.Attributes, options.Rounds).SelectMany(attributes => attributes).ToArray();
        var erasure = Begin(columns);
        var (x, folds) = ReadTask(erasure);
        using var task = erasure.Decide(x, folds);
        foreach (var ((reader, transport), column) in erasure.Steps.Zip(columns))
            TakeOut(reader, transport, column, x, folds, task);
        TakeOutLinearly(erasure.Linear, x, task);
        x.copy_(erasure.Decided(x, task));
        erasure.eval();
        return (erasure, new NoiseChoice(erasure, training, judged, options, progress, cancel) { Kept = Told(x) }.Run());
    }

    /// <summary>Only what reads the task.</summary>
    /// <inheritdoc cref="Run"/>
    public BalanceErasure ReadTask()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var erasure = Begin([]);
        ReadTask(erasure);
        erasure.eval();
        return erasure;
    }

    private BalanceErasure Begin(LabelledColumn[] columns)
    {
        using var random = new Generator((ulong)options.Seed);
        progress?.Invoke(new ErasingProgress("directions", 0));
        var directions = Directions.Of(training, options.Directions);
        var erasure = new BalanceErasure(
            new BalanceShape
            {
                Size = training.Size,
                Directions = (int)directions.Deviations.shape[0],
                Folds = Folds,
                Width = Width,
                TaskClasses = training.Task?.Classes ?? 1,
                AttributeClasses = [.. columns.Select(column => column.Classes)],
                KeepsDecision = Classifier is not null,
            },
            random
        );
        erasure.SetDirections(
            directions.Mean,
            directions.Into,
            directions.Back,
            options.Salt ?? RandomNumberGenerator.GetBytes(BalanceErasure.SaltBytes)
        );
        if (Classifier is not null)
            erasure.SetClassifier(Classifier);
        return erasure;
    }

    private (Tensor X, Tensor Folds) ReadTask(BalanceErasure erasure)
    {
        var x = torch.empty(training.Count, erasure.Shape.Directions);
        var folds = torch.empty(training.Count, dtype: ScalarType.Int64);
        var done = 0L;
        foreach (var rows in training.Chunks())
        {
            using var scope = NewDisposeScope();
            var entered = erasure.Enter(rows);
            x.narrow(0, done, rows.shape[0]).copy_(entered.X);
            folds.narrow(0, done, rows.shape[0]).copy_(entered.Folds);
            done += rows.shape[0];
        }
        if (erasure.TaskReader is { } reader)
            Train(reader, x, folds, training.Task!);
        return (x, folds);
    }

    private void TakeOut(FoldedReader reader, ClassTransport transport, LabelledColumn column, Tensor x, Tensor folds, Tensor task)
    {
        using var scope = NewDisposeScope();
        Train(reader, x, folds, column);
        var logits = reader.call(x, folds);
        var (scale, bias) = Calibration.Fit(logits, column.ToTensor());
        transport.SetShares(scale / Sharpness, bias / Sharpness);
        var shares = transport.Shares(logits);
        Moments.Fit(transport, x, shares, task);
        const int rows = LabelledRows.ChunkRows;
        foreach (var (some, ofSome, decided) in x.split(rows).Zip(shares.split(rows), task.split(rows)))
        {
            using var inner = NewDisposeScope();
            some.copy_(transport.call(some, ofSome, decided));
        }
    }

    // What readers missed, and a linear one finds beyond the decision.
    private void TakeOutLinearly(AffineErasure linear, Tensor x, Tensor task)
    {
        using var scope = NewDisposeScope();
        // The last class follows from the others.
        var z = torch.cat(
            [.. training.Attributes.Select(column => nn.functional.one_hot(column.ToTensor(), column.Classes)[.., ..^1].to_type(x.dtype))],
            1
        );
        var ofDecisions = task.t().matmul(z) / task.sum([0L]).unsqueeze(1).clamp(min: 1);
        LinearErasure.Fit(linear, x, z - task.matmul(ofDecisions));
        x.copy_(linear.call(x));
    }

    // The directions in which the classes of columns that are to stay differ, f32 [m, d], orthonormal: those that show above chance.
    private Tensor Told(Tensor x)
    {
        var mean = x.mean([0L]);
        Tensor[] differences =
        [
            torch.zeros(1, x.shape[1]),
            .. training.Retained.Select(column =>
            {
                var classes = nn.functional.one_hot(column.ToTensor(), column.Classes).to_type(ScalarType.Float32);
                var counts = classes.sum([0L]).unsqueeze(1).clamp(min: 1);
                return (classes.t().matmul(x) / counts - mean) * (counts / x.shape[0]).sqrt();
            }),
        ];
        var (_, sizes, right) = linalg.svd(torch.cat(differences), fullMatrices: false);
        var shown = (sizes > 2 * Math.Sqrt((double)x.shape[1] / x.shape[0])).nonzero().flatten();
        return right.index_select(0, shown[..(int)Math.Min(shown.shape[0], x.shape[1] / 2)]);
    }

    private void Train(FoldedReader reader, Tensor x, Tensor folds, LabelledColumn labels)
    {
        _steps = 0;
        ReaderTraining.Train(
            reader,
            x,
            folds,
            labels,
            options.Seed,
            total =>
            {
                var step = Interlocked.Increment(ref _steps);
                if (step % 20 == 0)
                    progress?.Invoke(new ErasingProgress($"reading {labels.Name}", (double)step / total));
            },
            cancel
        );
    }
}
