using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Mean and deviation of each feature, or of each channel of a map, in multiples of its largest number: neither huge nor tiny values leave
/// the range of f32.
/// </summary>
internal sealed record Standardiser(Tensor Largest, Tensor Mean, Tensor Deviation) : IDisposable
{
    private const double Constant = 1e-12;

    /// <summary>Computes them from f32 [N, F] or [N, C, H, W].</summary>
    public static Standardiser Of(Tensor values)
    {
        using var scope = NewDisposeScope();
        long[] over = values.dim() == 4 ? [0, 2, 3] : [0];
        var largest = values.abs().amax(over, keepdim: true);
        largest = where(largest > 0, largest, ones_like(largest));
        var scaled = values / largest;
        return new Standardiser(
            largest.DetachFromDisposeScope(),
            scaled.mean(over, keepdim: true).DetachFromDisposeScope(),
            scaled.std(over, unbiased: false, keepdim: true).clamp(min: Constant).DetachFromDisposeScope()
        );
    }

    /// <summary>Values of about mean 0 and deviation 1.</summary>
    public Tensor Apply(Tensor values) => (values / Largest - Mean) / Deviation;

    /// <summary>One deviation of each feature; for a constant feature, its largest number.</summary>
    public Tensor Size() => where(Deviation > Constant, Deviation, ones_like(Deviation)) * Largest;

    /// <inheritdoc/>
    public void Dispose()
    {
        Largest.Dispose();
        Mean.Dispose();
        Deviation.Dispose();
    }
}
