using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Benchmarks;

/// <summary>
/// Iterated nullspace projection (Ravfogel et al., ACL 2020): a linear classifier is fitted, its directions are projected out, and so on
/// until a fresh one reads no more than chance on validation rows.
/// </summary>
internal static class NullspaceProjection
{
    private const double Tolerated = 0.01,
        Penalty = 1e-3;

    /// <summary>All rows, projected, f32 [N, D].</summary>
    public static Tensor Of(VectorTable table, Column attribute, Tensor rows)
    {
        var (training, validation) = (Indices(table, Part.Train), Indices(table, Part.Validation));
        var known = rows.index_select(0, training).to_type(ScalarType.Float64);
        var mean = known.mean([0L]);
        var (variances, directions) = linalg.eigh((known - mean).t().matmul(known - mean) / known.shape[0]);
        var deviations = variances.clamp(min: variances.max() * 1e-9).sqrt();
        // Projections are orthogonal in white directions.
        var white = (rows.to_type(ScalarType.Float64) - mean).matmul(directions / deviations);
        var truth = torch.tensor(Array.ConvertAll(attribute.Labels, label => (long)label));
        for (var round = 0; round < white.shape[1]; round++)
        {
            using var scope = NewDisposeScope();
            var coefficients = Fitted(white.index_select(0, training), truth.index_select(0, training), attribute.Classes.Count);
            var guess = white.index_select(0, validation).matmul(coefficients.t()).argmax(1);
            if (Balanced(guess, truth.index_select(0, validation), attribute.Classes.Count) < 1.0 / attribute.Classes.Count + Tolerated)
                break;
            var (_, sizes, told) = linalg.svd(coefficients - coefficients.mean([0L], keepdim: true), fullMatrices: false);
            var span = told.index_select(0, (sizes > sizes.max() * 1e-6).nonzero().flatten());
            white.sub_(white.matmul(span.t()).matmul(span));
        }
        return (white.matmul((directions * deviations).t()) + mean).to_type(ScalarType.Float32);
    }

    private static Tensor Fitted(Tensor x, Tensor truth, int classes)
    {
        var targets = functional.one_hot(truth, classes).to_type(ScalarType.Float64);
        var weights = targets.matmul(x.shape[0] / (classes * targets.sum([0L])));
        var penalty = torch.full([x.shape[1]], Penalty, dtype: ScalarType.Float64);
        return new LogisticRegression(x, targets.t().contiguous(), weights).Solve(penalty, torch.zeros_like(targets.t().matmul(x)));
    }

    private static double Balanced(Tensor guess, Tensor truth, int classes) =>
        Enumerable
            .Range(0, classes)
            .Average(label => guess.masked_select(truth == label).eq(label).to_type(ScalarType.Float64).mean().item<double>());

    private static Tensor Indices(VectorTable table, Part part) => torch.tensor(Array.ConvertAll(table.Rows(part), row => (long)row));
}
