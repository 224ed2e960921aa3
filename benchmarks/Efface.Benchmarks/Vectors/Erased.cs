using System.Globalization;
using Efface.Erasing;
using Efface.Records;

namespace Efface.Benchmarks;

/// <summary>What erased vectors tell and keep, by the audits in their folders, a line each: for the tables of docs/results.md.</summary>
public static class Erased
{
    /// <summary>A header, and a line for each folder and attribute.</summary>
    /// <param name="runs">Folders of efface unlearn or efface audit.</param>
    public static void Run(IEnumerable<string> runs)
    {
        Console.WriteLine(
            "run\tseed\ttest rows\tattribute\tverdict\tleak\tlow\thigh\tbest\tfidelity\tbefore\tkept\tbefore\twithin\tbefore"
                + "\tnoise\tseconds\tdrawing error\twithin, by column"
        );
        foreach (var path in runs)
        {
            var folder = RunFolder.Open(path);
            var run = folder.Run;
            var audit = folder.Audit ?? throw new InvalidInputException(path, "has no audit", "Audit it, or leave out --no-audit");
            var before = Directory.Exists(Path.Combine(path, "before")) ? RunFolder.Open(Path.Combine(path, "before")).Audit : null;
            using var eraser = Eraser.IsIn(path) ? Eraser.Load(path) : null;
            var kept = audit.CollateralMean;
            foreach (var attribute in audit.Attributes.Where(attribute => audit.Sought.Contains(attribute.Attribute)))
            {
                var place = audit.WorstFor(attribute.Attribute);
                var leak = place.Leak.GivenTask;
                Console.WriteLine(
                    string.Join(
                        '\t',
                        Path.GetFileName(path.TrimEnd('/')),
                        run.Config.Vectors?.Seed ?? run.Config.Training.Seed,
                        audit.Images?.Test,
                        attribute.Attribute,
                        attribute.Verdict,
                        Number(100 * leak.Value, 1),
                        Number(100 * leak.Low, 1),
                        Number(100 * leak.High, 1),
                        place.Best.Name,
                        Number(audit.Fidelity?.Value),
                        Number(before?.Fidelity?.Value),
                        Number(kept?.After),
                        Number(kept?.Before),
                        Number(kept?.Within),
                        Number(kept?.WithinBefore),
                        Number(eraser?.Description.Noise, 2),
                        Number(run.Result?.Seconds, 0),
                        Number(audit.Reconstruction?.Error.Value, 4),
                        // As many as a table of the documents can show.
                        audit.Collateral
                            is { Count: > 0 and <= 5 } columns
                            ? string.Join(' ', columns.Select(one => $"{one.Attribute}={Number(one.Within)}/{Number(one.WithinBefore)}"))
                            : ""
                    )
                );
            }
        }
    }

    private static string Number(double? value, int digits = 3) => value?.ToString($"F{digits}", CultureInfo.InvariantCulture) ?? "";
}
