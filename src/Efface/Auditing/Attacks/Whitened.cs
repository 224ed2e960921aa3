using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Images in white coordinates, and the way back: along the directions of the features' correlations or, if there are more features than
/// images, along those of the images' products, which are as many as the images.
/// </summary>
internal sealed class Whitened : IDisposable
{
    private const int Columns = 1024;

    private readonly Func<Tensor, Tensor> _back;
    private readonly Tensor[] _owned;

    private Whitened(Tensor white, Tensor variances, Tensor mean, Func<Tensor, Tensor> back, params Tensor[] needed)
    {
        (White, Variances, Mean, _back) = (white, variances, mean, back);
        _owned = [white, variances, mean, .. needed];
        foreach (var tensor in _owned)
            tensor.DetachFromDisposeScope();
    }

    /// <summary>f64 [N, R].</summary>
    public Tensor White { get; }

    /// <summary>f64 [R]: of standardised features along each direction.</summary>
    public Tensor Variances { get; }

    /// <summary>f64 [F].</summary>
    public Tensor Mean { get; }

    /// <summary>From f32 or f64 [N, F], which must outlive it.</summary>
    public static Whitened Of(Tensor features) => features.shape[1] > features.shape[0] ? OfImages(features) : OfFeatures(features);

    /// <summary>Coefficients of the features, f64 [F, K], from those of white coordinates, [K, R].</summary>
    public Tensor Back(Tensor coefficients) => _back(coefficients);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned)
            tensor.Dispose();
    }

    private static Whitened OfFeatures(Tensor features)
    {
        using var scope = NewDisposeScope();
        var whitening = Whitening.Of(features);
        return new Whitened(
            whitening.Apply(features),
            whitening.Variances,
            whitening.Mean,
            coefficients => whitening.Map.matmul(coefficients.t()),
            whitening.Map
        );
    }

    private static Whitened OfImages(Tensor features)
    {
        using var scope = NewDisposeScope();
        var count = features.shape[0];
        var (mean, scale) = Whitening.Standardisation(features);
        IEnumerable<Tensor> Standardised()
        {
            for (var from = 0; from < features.shape[1]; from += Columns)
            {
                var part = TensorIndex.Slice(from, Math.Min(from + Columns, features.shape[1]));
                yield return (features[TensorIndex.Colon, part].to_type(ScalarType.Float64) - mean[part]).mul_(scale[part]);
            }
        }
        var products = zeros(count, count, dtype: ScalarType.Float64);
        foreach (var part in Standardised())
        {
            using (part)
                products.add_(part.matmul(part.t()));
        }
        var (squares, directions) = linalg.eigh(products);
        var falling = Whitening.Falling(squares, count - 1);
        var (lengths, along) = (squares.index_select(0, falling), directions.index_select(1, falling));
        // A direction is a sum of images, each weighted by its extent along it.
        var sums = along / lengths * Math.Sqrt(count);
        return new Whitened(along * Math.Sqrt(count), lengths / count, mean, Back, sums, scale);

        Tensor Back(Tensor coefficients)
        {
            using var inner = NewDisposeScope();
            var ofImages = sums.matmul(coefficients.t());
            return (cat([.. Standardised().Select(part => part.t().matmul(ofImages))]) * scale.unsqueeze(1)).MoveToOuterDisposeScope();
        }
    }
}
