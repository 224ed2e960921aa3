using System.Globalization;
using Efface.Runs.Bench;

namespace Efface.Runs.Reproductions;

/// <summary>Table 2: the results of <see cref="BenchRun"/>, beside the paper's numbers.</summary>
internal static class SpeedTable
{
    /// <summary>As in <c>efface reproduce NAME</c>.</summary>
    public const string Name = "table2";

    // Guo et al., table 2, CIFAR-10 on one RTX 3080: seconds per epoch raw and in parallel, memory in MB.
    private static readonly Dictionary<string, (double Raw, double Parallel, double RawMemory, double ParallelMemory)> Paper = new()
    {
        ["resnet18"] = (32.30, 24.27, 281.0, 231.5),
        ["resnet34"] = (45.58, 34.31, 416.0, 327.5),
        ["resnet50"] = (63.63, 44.79, 546.2, 438.9),
    };

    /// <summary>Writes table2.md, table2.csv and table2.json.</summary>
    /// <returns>The written files.</returns>
    public static IReadOnlyList<string> Write(BenchRecord record, string folder)
    {
        Directory.CreateDirectory(folder);
        var machine = record.Environment;
        return ReproductionRun.Write(
            Name,
            new Reproduced(
                "Table 2: time and memory of a step",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{record.Settings.Rounds - 1} turns of {record.Settings.Steps} steps, {record.Settings.Stem} stem; "
                        + $"{machine.Processor}, {machine.Cores} cores, {machine.Device}."
                ),
                "Median, in brackets smallest and largest turn; ratios within a turn. The paper's are ratios of seconds an epoch and of "
                    + "memory on one RTX 3080.",
                [
                    "model",
                    "px",
                    "precision",
                    "mode",
                    "ms a step",
                    "images/s",
                    "raw over this",
                    "over plain training",
                    "peak MB",
                    "of raw's",
                    "paper: raw over this, memory of raw's",
                ],
                [.. record.Results.SelectMany(result => result.Timings.Select(timing => Row(result, timing)))],
                record,
                new Dictionary<string, string>()
            ),
            folder
        );
    }

    private static string[] Row(BenchResult result, BenchTiming timing)
    {
        var raw = result.Timings.Single(other => other.Mode == BenchMode.Raw);
        var paper =
            timing.Mode == BenchMode.Pipelined && Paper.TryGetValue(result.Case.Model, out var printed)
                ? Text($"{printed.Raw / printed.Parallel:F3}, {printed.ParallelMemory / printed.RawMemory:F2}")
                : "–";
        return
        [
            result.Case.Model,
            Text($"{result.Case.Size}"),
            $"{result.Case.Precision}".ToLowerInvariant(),
            $"{timing.Mode}".ToLowerInvariant(),
            Range(timing.Milliseconds, "F0"),
            Text($"{timing.ImagesPerSecond:F0}"),
            Range(timing.SpeedUp, "F2"),
            Range(timing.OverPlain, "F2"),
            timing.PeakBytes is { } bytes ? Text($"{bytes / 1e6:F0}") : "–",
            (double?)timing.PeakBytes / raw.PeakBytes is { } share ? Text($"{share:F2}") : "–",
            paper,
        ];
    }

    private static string Range(Spread spread, string format) =>
        $"{Number(spread.Median, format)} [{Number(spread.Low, format)}, {Number(spread.High, format)}]";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
