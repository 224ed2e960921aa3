using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>Mean and deviation of the vectors that an eraser was fitted on: how far away others are.</summary>
internal sealed class InputSummary : nn.Module
{
    // A constant feature may differ by this part of the largest deviation.
    private const double Least = 1e-3;

    private readonly Tensor mean,
        deviation;

    /// <param name="size">D.</param>
    public InputSummary(int size)
        : base(nameof(InputSummary))
    {
        (mean, deviation) = (torch.zeros(size).DetachFromDisposeScope(), torch.ones(size).DetachFromDisposeScope());
        register_buffer(nameof(mean), mean);
        register_buffer(nameof(deviation), deviation);
    }

    /// <summary>Describes rows.</summary>
    public void Describe(LabelledRows rows)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        mean.copy_(rows.Mean());
        var squares = torch.zeros(rows.Size, dtype: ScalarType.Float64);
        foreach (var some in rows.Chunks())
            squares.add_((some - mean).square().sum([0L], type: ScalarType.Float64));
        deviation.copy_((squares / rows.Count).sqrt());
    }

    /// <summary>The rows with a fill value or an overflow.</summary>
    /// <param name="rows">f32 [N, D].</param>
    public int[] FarOut(Tensor rows)
    {
        using var noGradient = no_grad();
        return VectorNumbers.FarOut(rows, mean, deviation);
    }

    /// <summary>
    /// How far the mean of other rows is from these, in deviations: the root mean square over features. 0 for the same; rows of another
    /// model are one or more away.
    /// </summary>
    /// <param name="rows">f32 [N, D].</param>
    public double DistanceOf(Tensor rows)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var scale = deviation.clamp(min: Math.Max(deviation.max().item<float>() * Least, float.Epsilon));
        return ((rows.mean([0L]) - mean) / scale).square().mean().sqrt().item<float>();
    }
}
