using Efface.Auditing;
using Efface.Data;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Baselines;

/// <summary>
/// LEACE (Belrose et al., NeurIPS 2023): the affine map that changes vectors least, in mean square, among those that make them uncorrelated
/// with every class of the attributes. No linear reader of the result does better than a constant; nothing is promised for other readers.
/// </summary>
internal static class LinearErasure
{
    // Relative to the largest: anything smaller is rounding.
    private const double Rank = 1e-9;

    // Covariance of a whitened direction with a class: anything smaller is rounding too.
    private const double Told = 1e-8;

    /// <summary>
    /// Fits the map on a model's training images, and the head on what it leaves.
    /// </summary>
    /// <param name="model">Ends in an erasure that is still the identity.</param>
    /// <param name="table">The images.</param>
    /// <param name="attributes">The attributes to forget.</param>
    public static void Fit(TrainedModel model, Examples table, IReadOnlyList<Column> attributes)
    {
        var rows = table.Rows(Part.Train);
        using var captured = Captured.From(model, [Place.Of(model).Single(place => place.Name == StagedNetwork.Embedding)], table, rows);
        using var embeddings = captured.Values[StagedNetwork.Embedding].to(Compute.Device, copy: true);
        Fit(model.Erasure!, embeddings, [.. attributes.Select(attribute => (AuditSubject.Of(attribute, rows), attribute.Classes.Count))]);
        using var left = model.Erasure!.call(embeddings);
        RefittedHead.Fit(model.Network, left, AuditSubject.Of(table[model.Description.Task], rows));
    }

    /// <summary>Fits the map.</summary>
    /// <param name="erasure">The map to set.</param>
    /// <param name="vectors">f32 [N, D].</param>
    /// <param name="attributes">The N labels of each attribute, and its number of classes.</param>
    public static void Fit(AffineErasure erasure, Tensor vectors, IReadOnlyList<(int[] Labels, int Classes)> attributes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var z = torch.cat([.. attributes.Select(attribute => OneHot(attribute.Labels, attribute.Classes, vectors.device))], 1);
        Fit(erasure, vectors.to_type(ScalarType.Float64), z - z.mean([0L]));
    }

    /// <summary>Fits the map.</summary>
    /// <param name="erasure">The map to set.</param>
    /// <param name="vectors">[N, D].</param>
    /// <param name="z">What they are to be uncorrelated with, [N, K] of the same type, of mean 0.</param>
    public static void Fit(AffineErasure erasure, Tensor vectors, Tensor z)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var mean = vectors.mean([0L]);
        var x = vectors - mean;
        var (n, ofX) = (x.shape[0], x.t().matmul(x));

        // W whitens the directions with variance; its pseudoinverse maps back.
        var (values, directions) = linalg.eigh(ofX / n);
        var varies = values > values.max() * Rank;
        (values, directions) = (values.masked_select(varies), directions.index_select(1, varies.nonzero().flatten()));
        var whitened = x.matmul(directions) / values.sqrt();
        var (u, s, _) = linalg.svd(whitened.t().matmul(z) / n, fullMatrices: false);
        var told = u.index_select(1, (s > Told).nonzero().flatten());
        var (into, back) = ((directions / values.sqrt()).matmul(told), (directions * values.sqrt()).matmul(told));
        erasure.Set(mean, back.matmul(into.t()));
    }

    private static Tensor OneHot(int[] labels, int classes, Device device) =>
        functional.one_hot(torch.tensor([.. labels.Select(label => (long)label)], device: device), classes).to_type(ScalarType.Float64);
}
