using System.Globalization;

namespace Efface.Reporting.Page;

/// <summary>The commands that repeat the report from the run folders.</summary>
internal static class RepeatSection
{
    /// <summary>One or two lines for each run.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs) =>
        Html.Of(
            $"""
            <h3>To repeat it</h3>
            <p>run.json of each folder holds every setting, and the same version, machine and count of threads give the same numbers.</p>
            <pre><code>{string.Join('\n', runs.SelectMany(Commands))}</code></pre>
            """
        );

    private static IEnumerable<string> Commands(ReportRun run)
    {
        var folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Folder.Path));
        if (run.Record.Config.Vectors is { } vectors)
        {
            var rules = new[]
            {
                ("missing", vectors.Rules.Missing),
                ("bin", vectors.Rules.Bin),
                ("map", vectors.Rules.Map),
                ("only", vectors.Rules.Only),
                ("drop", vectors.Rules.Drop),
            };
            var files = Flags(
                ("representations", vectors.Representations),
                ("labels", vectors.Labels),
                ("before", vectors.Before),
                ("task", vectors.Task),
                ("split-column", vectors.SplitColumn),
                ("group-column", vectors.GroupColumn),
                ("key", vectors.Key),
                ("array", vectors.Array)
            );
            var judged = Flags([.. rules.SelectMany(rule => rule.Item2.Select(text => (rule.Item1, (string?)text)))]);
            yield return $"efface audit{files}{judged}{Audit(run)}{Flags(("out", $"{folder}-again"))}";
            yield break;
        }
        yield return $"efface {run.Record.Command}{Flags(("config", $"{folder}/run.json"), ("out", $"{folder}-again"))}";
        if (run.Audit is not null)
            yield return $"efface audit{Flags(("run", $"{folder}-again"))}{Audit(run)}";
    }

    private static string Audit(ReportRun run) =>
        run.Audit is not { Settings: var settings }
            ? ""
            : Flags(
                ("attribute", string.Join(',', run.SingleAttributes)),
                ("stages", string.Join(',', settings.Stages)),
                ("tolerance", Number(settings.Tolerance)),
                ("worst-tolerance", Number(settings.WorstTolerance)),
                ("confidence", Number(settings.Confidence)),
                ("budget", settings.Budget.ToString().ToLowerInvariant()),
                ("seeds", Number(settings.Seeds.Count)),
                ("attackers", string.Join(',', settings.Attackers))
            );

    private static string Flags(params (string Name, string? Value)[] flags) =>
        string.Concat(flags.Where(flag => !string.IsNullOrEmpty(flag.Value)).Select(flag => $" --{flag.Name} {Shell(flag.Value!)}"));

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Shell(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./,".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
