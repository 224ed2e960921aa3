using Efface.Data;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>What can be wrong with the flags that say how data are read, before anything is read.</summary>
internal static class ReadingFlags
{
    public static IEnumerable<Problem> Check(RunConfig config)
    {
        var reading = config.Reading;
        foreach (var problem in ColumnRules.Check(reading.Rules))
            yield return problem;
        if (reading.OnBad is not (null or "skip" or "fail"))
            yield return new Problem(
                $"--on-bad {reading.OnBad}",
                "is neither skip nor fail",
                "Give one of them, or leave it out: up to one row in a hundred is skipped then"
            );
        if (!Enum.GetNames<ResizeMode>().Contains(reading.Resize, StringComparer.OrdinalIgnoreCase))
            yield return new Problem(
                $"--resize {reading.Resize}",
                "no such way",
                $"Choose one of {string.Join(", ", Enum.GetNames<ResizeMode>()).ToLowerInvariant()}"
            );
        if (Colour.Parse(reading.Background) is null)
            yield return new Problem(
                $"--background {reading.Background}",
                "is no colour",
                "Give R,G,B with numbers from 0 to 255, such as 255,255,255"
            );
        if (reading.MaxPixels < 1)
            yield return new Problem($"--max-pixels {reading.MaxPixels}", "below 1", "Give the most pixels that a picture may have");
        if (!(reading.MaxFileMegabytes > 0))
            yield return new Problem($"--max-file-mb {reading.MaxFileMegabytes}", "not above 0", "Give the largest file in megabytes");
        if (reading.ImageTimeout is not (> 0 and <= 86_400))
            yield return new Problem($"--image-timeout {reading.ImageTimeout}", "not above 0, or more than a day", "Give seconds");
        if (reading.Workers < 1)
            yield return new Problem($"--workers {reading.Workers}", "below 1", "Give 1 or more");
        foreach (var (flag, given, sources) in Particular(config))
            if (given && !sources.Contains(config.Data))
                yield return new Problem(
                    flag,
                    $"says nothing to data set {config.Data}",
                    $"It is for {string.Join(", ", sources)}: leave it out"
                );
    }

    // A flag that would be ignored is a misunderstanding, and is told.
    private static (string Flag, bool Given, string[] Sources)[] Particular(RunConfig config) =>
        [
            ("--correlation", config.Correlation is not null, ["faces"]),
            ("--table", config.Reading.Table is not null, ["table"]),
            ("--images", config.Reading.Images is not null, ["table"]),
            ("--image-column", config.Reading.ImageColumn is not null, ["table", "parquet", "cifar10"]),
            ("--split-column", config.Reading.SplitColumn is not null, ["table", "folders", "parquet"]),
            ("--levels", config.Reading.Levels.Count > 0, ["folders"]),
        ];
}
