using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// The directions in which features vary, each scaled to deviation 1: a weak signal in a rotated direction beside large noise becomes as
/// large as the noise.
/// </summary>
/// <param name="Mean">f64 [F].</param>
/// <param name="Map">f64 [F, R]: (h - mean) times it is white.</param>
/// <param name="Variances">f64 [R], falling: of standardised features along each direction; on average 1 when R = F.</param>
internal sealed record Whitening(Tensor Mean, Tensor Map, Tensor Variances) : IDisposable
{
    private const int Rows = 2048;

    // f32 resolves 6e-8 of a value: a feature that varies less is constant.
    private const double Resolution = 1e-10,
        Null = 1e-16;

    /// <summary>Computes them from values [N, F]; constant features and directions without variance are left out.</summary>
    /// <param name="values">f32 or f64 [N, F].</param>
    public static Whitening Of(Tensor values)
    {
        using var scope = NewDisposeScope();
        var count = values.shape[0];
        var (mean, scale) = Standardisation(values);
        var correlation = Sum(values, rows =>
            {
                var standardised = (rows - mean).mul_(scale);
                return standardised.t().matmul(standardised);
            }) / count;
        var (variances, directions) = linalg.eigh(correlation);
        var columns = Falling(variances, count - 1);
        variances = variances.index_select(0, columns);
        var map = directions.index_select(1, columns) * scale.unsqueeze(1) / variances.sqrt();
        return new Whitening(mean.DetachFromDisposeScope(), map.DetachFromDisposeScope(), variances.DetachFromDisposeScope());
    }

    /// <summary>f64 [N, R] from [N, F].</summary>
    public Tensor Apply(Tensor values)
    {
        using var scope = NewDisposeScope();
        return torch.cat([.. Chunks(values).Select(rows => (rows - Mean).matmul(Map))]).MoveToOuterDisposeScope();
    }

    /// <summary>Each feature alone, with deviation 1; constant ones become 0.</summary>
    public static Whitening OfEach(Tensor values)
    {
        using var scope = NewDisposeScope();
        var (mean, scale) = Standardisation(values);
        return new Whitening(
            mean.DetachFromDisposeScope(),
            scale.diag().DetachFromDisposeScope(),
            torch.ones_like(scale).DetachFromDisposeScope()
        );
    }

    /// <summary>Followed by another map f64 [R, S].</summary>
    public Whitening Then(Tensor map) =>
        new(
            Mean.clone().DetachFromDisposeScope(),
            Map.matmul(map).DetachFromDisposeScope(),
            torch.ones(map.shape[1], dtype: ScalarType.Float64).DetachFromDisposeScope()
        );

    /// <summary>The directions that vary most, still white.</summary>
    public Whitening First(int directions) =>
        new(
            Mean.clone().DetachFromDisposeScope(),
            Map[.., ..(int)Math.Min(directions, Map.shape[1])].clone().DetachFromDisposeScope(),
            Variances[..(int)Math.Min(directions, Map.shape[1])].clone().DetachFromDisposeScope()
        );

    /// <summary>Rotated as this one, but each direction keeps its deviation: distances are those of standardised features.</summary>
    public Whitening AsStandardised() =>
        new(
            Mean.clone().DetachFromDisposeScope(),
            (Map * Variances.sqrt()).DetachFromDisposeScope(),
            Variances.clone().DetachFromDisposeScope()
        );

    /// <inheritdoc/>
    public void Dispose()
    {
        Mean.Dispose();
        Map.Dispose();
        Variances.Dispose();
    }

    /// <summary>The positions of the nonzero eigenvalues, the largest first.</summary>
    /// <param name="rising">f64 [F].</param>
    /// <param name="most">The most positions: of N images at most N - 1 are nonzero.</param>
    internal static Tensor Falling(Tensor rising, long most)
    {
        var last = rising.shape[0] - 1;
        var kept = last < 0 ? 0 : Math.Clamp((rising > rising.amax().clamp(min: 0) * Null).sum().ToInt64(), 0, Math.Max(most, 0));
        return torch.arange(last, last - kept, -1);
    }

    /// <summary>f64 [F]: the mean of each feature, and the factor that makes its deviation 1; 0 for a constant one.</summary>
    internal static (Tensor Mean, Tensor Scale) Standardisation(Tensor values)
    {
        var count = values.shape[0];
        var mean = Sum(values, rows => rows.sum([0L])) / count;
        var deviation = (Sum(values, rows => (rows - mean).square().sum([0L])) / count).sqrt_();
        var varies = deviation > mean.abs() * Resolution;
        return (mean, torch.where(varies, deviation.reciprocal(), torch.zeros_like(deviation)));
    }

    // In f64, a chunk at a time: a whole copy of wide values might not fit into memory.
    private static IEnumerable<Tensor> Chunks(Tensor values) =>
        Enumerable
            .Range(0, (int)((values.shape[0] + Rows - 1) / Rows))
            .Select(chunk =>
                values[TensorIndex.Slice(chunk * Rows, Math.Min((chunk + 1) * Rows, values.shape[0]))].to_type(ScalarType.Float64)
            );

    private static Tensor Sum(Tensor values, Func<Tensor, Tensor> part)
    {
        Tensor? sum = null;
        foreach (var rows in Chunks(values))
        {
            using var scope = NewDisposeScope();
            var term = part(rows).MoveToOuterDisposeScope();
            sum = sum is null ? term : sum.add_(term);
            rows.Dispose();
        }
        return sum!;
    }
}
