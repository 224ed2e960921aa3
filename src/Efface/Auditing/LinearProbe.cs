using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// Logistic regression on vectors, differentiable in its input. Classes have equal weight; full-batch with a little weight decay, so that
/// the solution is unique and depends on no seed.
/// </summary>
/// <param name="Mean">The mean of the vectors it was fitted on, f32 [D].</param>
/// <param name="Deviation">The deviation of the vectors it was fitted on, f32 [D].</param>
/// <param name="Weight">From standardised vectors to logits, f32 [classes, D].</param>
/// <param name="Bias">f32 [classes].</param>
internal sealed record LinearProbe(Tensor Mean, Tensor Deviation, Parameter Weight, Parameter Bias) : IDisposable
{
    private const int Steps = 300;
    private const double Rate = 0.03,
        Decay = 1e-3;

    /// <summary>Fits the probe.</summary>
    /// <param name="vectors">f32 [N, D].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="counts">How many labels there are of each class.</param>
    public static LinearProbe Fit(Tensor vectors, Tensor labels, int[] counts)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var probe = new LinearProbe(
            vectors.mean([0]),
            vectors.std([0], unbiased: false).clamp(min: 1e-6),
            new Parameter(torch.zeros(counts.Length, vectors.shape[1], device: vectors.device)),
            new Parameter(torch.zeros(counts.Length, device: vectors.device))
        );
        var weights = torch.tensor(counts.Select(count => count == 0 ? 0 : 1f / count).ToArray(), device: vectors.device);
        using var optimiser = new Models.Adam([probe.Weight, probe.Bias], Rate, Decay);
        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            optimiser.Rate = Rate * (1 - (double)step / Steps);
            functional.cross_entropy(probe.Logits(vectors), labels, weights).backward();
            optimiser.Step();
        }
        foreach (var tensor in new[] { probe.Mean, probe.Deviation, probe.Weight, probe.Bias })
            tensor.DetachFromDisposeScope();
        return probe;
    }

    /// <summary>[B, D] in, [B, classes] out.</summary>
    public Tensor Logits(Tensor vectors) => functional.linear((vectors - Mean) / Deviation, Weight, Bias);

    /// <summary>The same as one linear layer on vectors as they are: f32 [classes, D] and [classes].</summary>
    public (Tensor Weight, Tensor Bias) Layer()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weight = Weight / Deviation;
        return (weight.MoveToOuterDisposeScope(), (Bias - weight.matmul(Mean)).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Deviation.Dispose();
        Weight.Dispose();
        Bias.Dispose();
    }
}
