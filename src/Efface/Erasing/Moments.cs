using Efface.Models.Balance;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>Fits a <see cref="ClassTransport"/>: means and covariances of vectors given the shares of their classes.</summary>
internal static class Moments
{
    // Rows as many as this, of a class and a decision together, count as much as the class alone.
    private const double PairPrior = 20;

    // A direction in which a class hardly varies is stretched by no more than the root of its inverse.
    private const double LeastVariance = 0.03;

    // So many rows at the common mean are added to each class: they hold still what a reader can tell nothing about.
    private const double ClassPrior = 5;

    /// <summary>Sets means and maps.</summary>
    /// <param name="transport">Its shares are set.</param>
    /// <param name="x">f32 [N, d].</param>
    /// <param name="shares">Of rows that the reader did not learn from, f32 [N, K].</param>
    /// <param name="task">One-hot ŷ, f32 [N, Y].</param>
    public static void Fit(ClassTransport transport, Tensor x, Tensor shares, Tensor task)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var mean = x.mean([0L], keepdim: true);
        var ofClasses = mean + Regression(shares, x - mean, ClassPrior);
        var ofPairs = Regression(ClassTransport.Pairs(shares, task), x - shares.matmul(ofClasses), PairPrior);
        var counts = task.sum([0L]).unsqueeze(1);
        // A decision that never occurs ends where all end.
        transport.SetMeans(ofClasses, ofPairs, torch.where(counts > 0, task.t().matmul(x) / counts.clamp(min: 1), mean));

        var left = transport.Centred(x, shares, task);
        var (into, back) = Roots(Covariance(left, torch.ones(x.shape[0])));
        var white = left.matmul(into);
        transport.SetMaps(
            torch.stack([
                .. Enumerable
                    .Range(0, (int)shares.shape[1])
                    .Select(k => into.matmul(InverseRoot(Covariance(white, shares.select(1, k)))).matmul(back)),
            ])
        );
    }

    // Coefficients [F, d] of least squares.
    private static Tensor Regression(Tensor features, Tensor x, double ridge)
    {
        using var scope = NewDisposeScope();
        var f = features.to_type(ScalarType.Float64);
        var gram = f.t().matmul(f) + torch.eye(f.shape[1], dtype: ScalarType.Float64) * ridge;
        return linalg.solve(gram, f.t().matmul(x.to_type(ScalarType.Float64))).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Covariance(Tensor x, Tensor weights)
    {
        using var scope = NewDisposeScope();
        return ((x * weights.unsqueeze(1)).t().matmul(x) / weights.sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }

    private static (Tensor Inverse, Tensor Root) Roots(Tensor covariance)
    {
        var (values, vectors) = linalg.eigh(covariance.to_type(ScalarType.Float64));
        var roots = values.clamp(min: 0).sqrt().clamp(min: values.max().sqrt() * 1e-3);
        return (
            (vectors / roots).matmul(vectors.t()).to_type(ScalarType.Float32),
            (vectors * roots).matmul(vectors.t()).to_type(ScalarType.Float32)
        );
    }

    private static Tensor InverseRoot(Tensor covariance)
    {
        var (values, vectors) = linalg.eigh(covariance.to_type(ScalarType.Float64));
        return (vectors / values.clamp(min: LeastVariance).sqrt()).matmul(vectors.t()).to_type(ScalarType.Float32);
    }
}
