using Efface.Data;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>Grad-CAM of an attribute at a stage, in audit.json; the pictures lie in the run's folder.</summary>
/// <param name="Attribute">The column.</param>
/// <param name="Stage">The stage whose maps were weighted.</param>
/// <param name="Read">Balanced accuracy of the linear probe whose decisions were explained: a probe that reads nothing points at
/// nothing.</param>
/// <param name="Empty">The number of pictures in which nothing at this stage supports the decision: their maps are negative
/// throughout.</param>
public sealed record AttentionResult(string Attribute, string Stage, Measured Read, IReadOnlyList<int> Empty);

/// <summary>Where a model still sees an attribute.</summary>
/// <param name="Maps">One for the decision of a linear probe on each image.</param>
/// <param name="Decisions">What the probe decided, a class for each image.</param>
/// <param name="Read">The probe's balanced accuracy on test: a probe that reads nothing points at nothing.</param>
internal sealed record AttributeAttention(AttentionMaps Maps, IReadOnlyList<int> Decisions, Measured Read) : IDisposable
{
    private const int Most = 5000,
        MapsAtOnce = 100;
    private const double Confidence = 0.95;

    /// <summary>
    /// Grad-CAM, at a stage, of a linear probe for the attribute, trained on the frozen network. The probe reads the mean over places of
    /// the output of <paramref name="readAt"/>.
    /// </summary>
    /// <param name="model">The model; left unchanged.</param>
    /// <param name="stage">The stage whose maps are weighted.</param>
    /// <param name="table">The probe learns from at most 5,000 of its training images, and is judged on its test images.</param>
    /// <param name="attribute">One of its columns.</param>
    /// <param name="rows">The images to explain.</param>
    /// <param name="readAt">That stage or a later one; null for the stage itself.</param>
    /// <param name="cancel">Checked before each batch.</param>
    /// <exception cref="InvalidInputException">There is no such stage, its output is a vector, or <paramref name="readAt"/> comes before
    /// it.</exception>
    public static AttributeAttention Of(
        TrainedModel model,
        string stage,
        ImageTable table,
        Column attribute,
        int[] rows,
        string? readAt = null,
        CancellationToken cancel = default
    )
    {
        using var scope = NewDisposeScope();
        var (at, read) = (model.Network.IndexOf(stage), model.Network.IndexOf(readAt ?? stage));
        if (read < at)
            throw new InvalidInputException($"stage '{readAt}'", $"comes before {stage}", "Read at that stage or a later one");
        var training = Splits.AtMost(table.Rows(Part.Train), Most, Splits.By([attribute]), 0);
        using var probe = LinearProbe.Fit(
            Vectors(model, read, table, attribute, training, cancel),
            Labels(attribute, training),
            attribute.Count(training)
        );

        Tensor LogOdds(Tensor output) => GradCam.LogOddsOfDecision(probe.Logits(Pooled(model.Network.Run(output, (at + 1)..(read + 1)))));
        var maps = AttentionMaps.Join([
            .. rows.Chunk(MapsAtOnce)
                .Select(chunk =>
                    GradCam.Of(model.Network, stage, model.Description.Normalisation.Apply(table.Gather(chunk).to(Compute.Device)), LogOdds)
                ),
        ]);
        using var noGradient = no_grad();
        int[] Decide(int[] some) =>
            [
                .. probe
                    .Logits(Vectors(model, read, table, attribute, some, cancel))
                    .argmax(1)
                    .cpu()
                    .data<long>()
                    .Select(label => (int)label),
            ];
        var test = table.Rows(Part.Test);
        int[] truth = [.. test.Select(row => attribute.Labels[row])];
        bool[] right = [.. Decide(test).Zip(truth, (decided, label) => decided == label)];
        return new AttributeAttention(
            maps,
            Decide(rows),
            Bootstrap.BalancedAccuracy(right, truth, attribute.Classes.Count, new Sampling(Confidence))
        );
    }

    /// <inheritdoc/>
    public void Dispose() => Maps.Dispose();

    private static Tensor Pooled(Tensor output) => output.dim() == 4 ? output.mean([2, 3]) : output;

    private static Tensor Vectors(TrainedModel model, int stage, ImageTable table, Column attribute, int[] rows, CancellationToken cancel)
    {
        var vectors = new List<Tensor>();
        Evaluation.Visit(
            model.Network,
            model.Description.Normalisation,
            new BatchLoader(table, attribute, [], rows, Evaluation.BatchSize),
            (images, _) => vectors.Add(Pooled(model.Network.Run(images, ..(stage + 1))).MoveToOuterDisposeScope()),
            cancel
        );
        return torch.cat([.. vectors], 0);
    }

    private static Tensor Labels(Column attribute, int[] rows) =>
        torch.tensor(rows.Select(row => (long)attribute.Labels[row]).ToArray(), device: Compute.Device);
}
