using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>The directions of most variance of some rows (principal components), to variance 1 and back.</summary>
/// <param name="Mean">f32 [D].</param>
/// <param name="Into">f32 [D, d].</param>
/// <param name="Back">f32 [d, D].</param>
/// <param name="Deviations">Of the rows in each direction, f32 [d], descending.</param>
internal sealed record Directions(Tensor Mean, Tensor Into, Tensor Back, Tensor Deviations)
{
    private const int Most = 128,
        RowsForEach = 2;

    // Variance below this, relative to the largest, is rounding.
    private const double Rounding = 1e-9;

    /// <summary>How many directions rows can carry: the covariance of the rarest class must have full rank.</summary>
    public static int Carried(LabelledRows rows) => rows.Attributes.Min(attribute => attribute.Rarest) / RowsForEach;

    /// <summary>Finds them.</summary>
    /// <param name="rows">With their labels.</param>
    /// <param name="asked">How many; null takes as many as the rows can carry, at most 128.</param>
    /// <exception cref="InvalidInputException">The rows cannot carry as many, or do not vary.</exception>
    public static Directions Of(LabelledRows rows, int? asked)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (mean, covariance) = Covariance(rows);
        var (values, vectors) = linalg.eigh(covariance);
        var rank = (int)(values > values.max() * Rounding).sum().item<long>();
        if (values.max().item<double>() <= 0)
            throw new InvalidInputException("vectors", "are all the same", "Give vectors of different rows");
        var count = Math.Min(asked ?? Math.Min(Most, Carried(rows)), rank);
        var (largest, variances) = (vectors.flip(1)[.., ..count], values.flip(0)[..count]);
        var deviations = variances.sqrt();
        Tensor Single(Tensor tensor) => tensor.to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
        return new Directions(Single(mean), Single(largest / deviations), Single((largest * deviations).t()), Single(deviations));
    }

    private static (Tensor Mean, Tensor Covariance) Covariance(LabelledRows rows)
    {
        var mean = rows.Mean();
        var sum = torch.zeros(rows.Size, rows.Size, dtype: ScalarType.Float64);
        foreach (var some in rows.Chunks())
        {
            using var scope = NewDisposeScope();
            // Products of centred f32 numbers are exact enough, and twice as fast as f64.
            var centred = some - mean.to_type(ScalarType.Float32);
            sum.add_(centred.t().matmul(centred));
        }
        return (mean, sum / rows.Count);
    }
}
