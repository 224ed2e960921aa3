using Efface.Auditing;
using Efface.Data;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Baselines;

/// <summary>
/// LEACE (Belrose et al., NeurIPS 2023): the affine map of vectors that moves them least, in the mean of squares, among those after which
/// they are uncorrelated with every class of the attributes. A linear reader of what is left does as well as one who sees nothing; of other
/// readers nothing is said.
/// </summary>
internal static class LinearErasure
{
    // Of the largest: what is smaller is rounding.
    private const double Rank = 1e-9;

    // Of a whitened direction's covariance with a class: what is smaller is rounding too.
    private const double Told = 1e-8;

    /// <summary>
    /// Fits the map on a model's training images, and the head on what it leaves.
    /// </summary>
    /// <param name="model">Closed by an erasure that takes out nothing yet.</param>
    /// <param name="table">The images.</param>
    /// <param name="attributes">What is to be forgotten.</param>
    public static void Fit(TrainedModel model, Examples table, IReadOnlyList<Column> attributes)
    {
        var rows = table.Rows(Part.Train);
        using var captured = Captured.From(model, [Place.Of(model).Single(place => place.Name == StagedNetwork.Embedding)], table, rows);
        using var embeddings = captured.Values[StagedNetwork.Embedding].to(Compute.Device, copy: true);
        Fit(model.Erasure!, embeddings, [.. attributes.Select(attribute => (AuditSubject.Of(attribute, rows), attribute.Classes.Count))]);
        using var left = model.Erasure!.call(embeddings);
        FitHead(model.Network, left, AuditSubject.Of(table[model.Description.Task], rows));
    }

    /// <summary>Fits the map.</summary>
    /// <param name="erasure">What is to be set.</param>
    /// <param name="vectors">f32 [N, D].</param>
    /// <param name="attributes">The N labels of each attribute, and how many classes it has.</param>
    public static void Fit(AffineErasure erasure, Tensor vectors, IReadOnlyList<(int[] Labels, int Classes)> attributes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var x = vectors.to_type(ScalarType.Float64);
        var mean = x.mean([0L]);
        x = x - mean;
        var z = torch.cat([.. attributes.Select(attribute => OneHot(attribute.Labels, attribute.Classes, x.device))], 1);
        z = z - z.mean([0L]);
        var (n, ofX) = (x.shape[0], x.t().matmul(x));

        // W whitens where the vectors vary at all; its pseudoinverse goes back.
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

    private static void FitHead(StagedNetwork network, Tensor vectors, int[] task)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var head = network.LastLayer;
        // Images weigh the same, as in training.
        using var probe = LinearProbe.Fit(
            vectors,
            torch.tensor([.. task.Select(label => (long)label)], device: vectors.device),
            [.. Enumerable.Repeat(1, (int)head.weight.shape[0])]
        );
        var weight = probe.Weight / probe.Deviation;
        head.weight.copy_(weight);
        head.bias!.copy_(probe.Bias - weight.matmul(probe.Mean));
    }
}
