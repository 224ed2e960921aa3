using Efface.Data;
using Efface.Models.Architectures;
using Efface.Runs.Bench;
using Efface.Training;

namespace Efface.Runs.Experiments;

/// <summary>A cell, and what remains to be done.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFinished">Whether it is trained and audited.</param>
/// <param name="Seconds">Roughly how long its training takes; 0 if that is done.</param>
internal sealed record PlannedCell(string Name, bool IsFinished, double Seconds);

/// <summary>The runs that an experiment would do.</summary>
/// <param name="Cells">Every cell.</param>
/// <param name="Seconds">For all missing training.</param>
/// <param name="AuditSeconds">For all missing audits, at the median duration of the finished ones; null if none is finished.</param>
internal sealed record ExperimentPlan(IReadOnlyList<PlannedCell> Cells, double Seconds, double? AuditSeconds)
{
    private const int Steps = 4;

    /// <summary>
    /// Checks everything, and times a few plain steps of each network to train, on noise. The extra cost of recipes is not included; audits
    /// are assumed to take as long as the finished ones.
    /// </summary>
    /// <param name="cells">Every cell.</param>
    /// <param name="folder">Where they are stored.</param>
    /// <param name="observer">Receives the progress of decoding.</param>
    /// <param name="cancel">Stops decoding early.</param>
    /// <exception cref="InvalidInputException">Every problem of every cell.</exception>
    public static ExperimentPlan Of(
        IReadOnlyList<ExperimentCell> cells,
        ExperimentFolder folder,
        IExperimentObserver observer,
        CancellationToken cancel
    )
    {
        Experiment.Check(cells, folder, observer, cancel);
        var (images, seconds) = (new Dictionary<string, (int Count, int Side)>(), new Dictionary<(BenchCase, string, double), double>());
        var finished = cells.ToDictionary(cell => cell, folder.Finished);
        PlannedCell[] planned =
        [
            .. cells.Select(cell =>
            {
                if (finished[cell] is not null)
                    return new PlannedCell(cell.Name, true, 0);
                // Copies, and recipes that only close a trained model, train nothing.
                var learns = cell.CopyOf is null && folder.Trained(cell) is null;
                return new PlannedCell(
                    cell.Name,
                    false,
                    learns && TrainingRun.WithUsualTraining(folder.ConfigOf(cell), cell.Forgets).Training.Epochs is { } epochs
                        ? epochs * Epoch(cell)
                        : 0
                );
            }),
        ];
        var audited = cells.Where(cell => cell.Attributes.Count > 0).Select(cell => finished[cell]).ToList();
        var took = audited.Select(run => run?.AuditTook).OfType<TimeSpan>().Order().ToList();
        return new ExperimentPlan(
            planned,
            planned.Sum(cell => cell.Seconds),
            took.Count == 0 ? null : took[took.Count / 2].TotalSeconds * audited.Count(run => run is null)
        );

        double Epoch(ExperimentCell cell)
        {
            var config = cell.Config;
            var key = $"{config.Data.Name} {config.Data.Root} {config.Data.Limit} {config.Data.Size}";
            if (!images.TryGetValue(key, out var set))
            {
                using var prepared = Preflight.Check(folder.ConfigOf(cell), cell.Forgets, observer, cancel: cancel);
                images[key] = set = (prepared.Table.Rows(Part.Train).Length, (int)prepared.Table.Shape[1]);
            }
            var one = new BenchCase(config.Model.Name, set.Side, Precision.Fp32, Math.Min(config.Training.Batch, set.Count));
            var stem = config.Model.Stem ?? Backbones.DefaultStem(config.Model.Name, set.Side);
            if (!seconds.TryGetValue((one, stem, config.Model.Width), out var step))
            {
                var settings = new BenchSettings
                {
                    Stem = stem,
                    Width = config.Model.Width,
                    Steps = Steps,
                    Threads = config.Training.Threads,
                };
                using var subject = new BenchSubject(one, BenchMode.Plain, settings, null);
                subject.SecondsPerStep(cancel);
                seconds[(one, stem, config.Model.Width)] = step = subject.SecondsPerStep(cancel);
            }
            return step * set.Count / one.Batch;
        }
    }
}
