using static TorchSharp.torch;

namespace Efface.Runs.Exports;

/// <summary>Compares what ONNX Runtime gives with what this program gives.</summary>
internal sealed class Comparing
{
    /// <summary>What rounding may amount to.</summary>
    public const double MostDifference = 1e-4;

    /// <summary>The test images, or vectors, that are compared at most.</summary>
    public const int MostRows = 1000;

    private double _largest;
    private int _others;

    /// <summary>How many rows were compared.</summary>
    public int Count { get; private set; }

    /// <summary>The largest difference, in parts of the largest number, or of 1 if that is larger.</summary>
    public double LargestDifference => _largest;

    /// <summary>Adds rows.</summary>
    public void Add(int rows) => Count += rows;

    /// <summary>Compares numbers.</summary>
    public void Numbers(Tensor here, Tensor there)
    {
        using var scope = NewDisposeScope();
        var unit = Math.Max(1, here.abs().max().item<float>());
        var difference = (here.cpu() - there.view(here.shape)).abs().max().item<float>() / unit;
        _largest = float.IsFinite(difference) ? Math.Max(_largest, difference) : double.PositiveInfinity;
    }

    /// <summary>Compares the choice between classes or codes: where two are equally good, either may be chosen.</summary>
    /// <param name="here">Scores, f32 [B, K].</param>
    /// <param name="there">The choices, int64 [B].</param>
    public void Choices(Tensor here, Tensor there)
    {
        using var scope = NewDisposeScope();
        var scores = here.cpu();
        var chosen = scores.gather(1, there.view(-1, 1)).squeeze(1);
        var best = scores.amax([1]);
        _others += (int)(best - chosen > MostDifference * scores.abs().amax().clamp(min: 1)).sum().item<long>();
    }

    /// <summary>A problem, if they do not agree.</summary>
    public Problem? Problem(string file) =>
        _largest <= MostDifference && _others == 0
            ? null
            : new Problem(
                file,
                FormattableString.Invariant(
                    $"would differ: by {_largest:G2} at most, and in {_others:N0} decisions, on {Count:N0} test rows"
                ),
                "Nothing was written; please report it, with the kind of model"
            );
}
