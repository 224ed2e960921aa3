using System.Globalization;
using Efface.Auditing;
using Efface.Records;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>The scale of runs: images, seeds, epochs, network, attackers and machine, in words.</summary>
internal static class ScaleCaption
{
    /// <summary>One sentence. If runs differ, it lists everything that occurs.</summary>
    /// <param name="runs">The runs of a table.</param>
    /// <param name="seeds">The number of seeds.</param>
    public static string Of(IEnumerable<RunFolder> runs, int seeds)
    {
        var all = runs.ToList();
        var records = all.Select(run => run.Run).ToList();
        var images = Each(records, record =>
            $"{record.Data.Name} {Count(record.Data.Counts["train"])} training and {Count(record.Data.Counts["test"])} test images"
        );
        var attackers = Each(all.Select(run => run.Audit).OfType<AuditResult>(), audit =>
            $"attackers {string.Join(", ", audit.Settings.Attackers)}"
        );
        string[] parts =
        [
            images,
            seeds == 1 ? "1 seed" : $"{seeds} seeds",
            Epochs(records),
            Each(records, record => Network(record.Config)),
            attackers,
            Each(records, record => $"{record.Environment.Processor}, {record.Environment.Cores} cores, {record.Environment.Device}"),
        ];
        return $"{string.Join("; ", parts.Where(part => part.Length > 0))}.";
    }

    private static string Epochs(IEnumerable<RunRecord> records)
    {
        var byEpochs = records.GroupBy(record => record.Result!.Epochs).OrderByDescending(group => group.Key).ToList();
        return $"epochs: {string.Join(", ", byEpochs.Select(Told))}";

        string Told(IGrouping<int, RunRecord> group) =>
            byEpochs.Count == 1 ? $"{group.Key}" : $"{group.Key} ({string.Join(", ", group.Select(Method).Distinct())})";
    }

    private static string Method(RunRecord record) =>
        record.Config.Recipe.Forget.Count == 0 ? ExperimentMethods.Before : record.Config.Recipe.Name;

    private static string Network(RunConfig config)
    {
        var batches = config.Training.Batch == new TrainingSettings().Batch ? "" : $", batches of {config.Training.Batch}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{config.Model.Stem ?? "usual"} stem, {config.Model.Width} of the usual width, "
                + $"{(config.Data.Size is { } size ? $"{size} px" : "images of their own size")}{batches}"
        );
    }

    private static string Each<T>(IEnumerable<T> all, Func<T, string> words) => string.Join("; ", all.Select(words).Distinct());

    private static string Count(int images) => images.ToString("N0", CultureInfo.InvariantCulture);
}
