using System.Diagnostics;
using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Efface.Training;
using TorchSharp;

namespace Efface.Runs;

/// <summary>The full inspection of one model: attackers, reconstructions, and where it still sees the attributes.</summary>
internal sealed class ModelInspection(
    Prepared prepared,
    IReadOnlyList<string> sought,
    AuditSettings settings,
    Action<AuditProgress>? progress,
    IReadingObserver? reading,
    CancellationToken cancel
)
{
    private const int Pictures = 10;

    /// <summary>Runs the audit.</summary>
    /// <param name="model">The model; left unchanged.</param>
    /// <param name="table">The images to run it on.</param>
    /// <param name="before">The inspection of the model before unlearning.</param>
    public InspectedModel At(TrainedModel model, ImageTable table, InspectedModel? before)
    {
        progress?.Invoke(new AuditProgress(0, 1, "computing representations"));
        AuditResult result;
        using (var subject = AuditSubject.Of(model, table, settings.Stages, settings.Budget, reading, cancel))
            result = new Auditor(settings, progress).Audit(subject, sought, before?.Result, cancel);
        var (originals, drawn, reconstruction) = settings.Asks(AuditPart.Reconstruction) ? Reconstruct(model, table) : ([], [], null);
        var attention = settings.Asks(AuditPart.Attention) ? sought.Select(name => Attention(model, table, table[name])).ToList() : [];
        return new InspectedModel(
            result with
            {
                Reconstruction = reconstruction,
                ReconstructionBefore = before?.Result.Reconstruction,
                Attention = [.. attention.Select(seen => seen.Result)],
            },
            originals,
            drawn,
            [.. attention.Select(seen => seen.Pictures)]
        );
    }

    // The classifiers are kept: the same ones, trained on the original images, judge the reconstructions before and after unlearning.
    private (IReadOnlyList<byte[]> Originals, IReadOnlyList<byte[]> Drawn, ReconstructionResult? Result) Reconstruct(
        TrainedModel model,
        ImageTable table
    )
    {
        var readers = new List<AttributeClassifier>();
        try
        {
            foreach (var name in sought)
            {
                reading?.OnNote($"a classifier for {name}, to look for it in what can be drawn again");
                readers.Add(
                    AttributeClassifier.TrainOnce(
                        prepared.Config.Data.Reading.CacheRoot,
                        prepared.Table,
                        prepared.Table[name],
                        ClassifierOptions.ForReading(model.Description),
                        new Reader(reading, $"training a classifier for {name}"),
                        cancel
                    )
                );
            }
            using var reconstruction = Reconstruction.Of(
                model,
                Place.Of(model).First(place => place.Released),
                table,
                Pictures,
                seed: 0,
                readers,
                settings.Confidence,
                cancel
            );
            return (Encoded(reconstruction.Originals), Encoded(reconstruction.Drawn), reconstruction.Result);
        }
        finally
        {
            foreach (var reader in readers)
                reader.Dispose();
        }
    }

    private (AttentionResult Result, IReadOnlyList<byte[]> Pictures) Attention(TrainedModel model, ImageTable table, Column attribute)
    {
        int[] rows = [.. table.Rows(Part.Test).Take(Pictures)];
        var stage = GradCam.UsualStage(model.Network, model.Description.Input);
        using var attention = AttributeAttention.Of(model, stage, table, attribute, rows, cancel: cancel);
        using var images = table.Gather(rows);
        var pictures = new List<byte[]>();
        for (var i = 0; i < rows.Length; i++)
        {
            using torch.Tensor image = images[i],
                map = attention.Maps.Maps[i],
                overlay = Heat.Overlay(image, map);
            pictures.Add(Png.Encode(attention.Maps.IsEmpty[i] ? image : overlay));
        }
        int[] empty = [.. Enumerable.Range(0, rows.Length).Where(i => attention.Maps.IsEmpty[i])];
        return (new AttentionResult(attribute.Name, stage, attention.Read, empty), pictures);
    }

    private static List<byte[]> Encoded(torch.Tensor images) =>
        [
            .. Enumerable
                .Range(0, (int)images.shape[0])
                .Select(i =>
                {
                    using var image = images[i];
                    return Png.Encode(image);
                }),
        ];

    // Reports steps of a training as images read: its epochs are not the run's.
    private sealed class Reader(IReadingObserver? reading, string doing) : ITrainingObserver
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        public void OnStep(StepProgress progress) =>
            reading?.OnReading(
                new ReadingProgress(
                    doing,
                    progress.Epoch * progress.Steps + progress.Step,
                    progress.Epochs * progress.Steps,
                    _clock.Elapsed.TotalSeconds
                )
                {
                    Unit = "steps",
                }
            );

        public void OnEpoch(EpochMetrics metrics) { }
    }
}
