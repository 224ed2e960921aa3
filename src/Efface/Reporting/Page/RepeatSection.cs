using System.Globalization;

namespace Efface.Reporting.Page;

/// <summary>The commands that repeat the report from the run folders.</summary>
internal static class RepeatSection
{
    /// <summary>Two lines for each run.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs) => Html.Of($"""
        <h3>To repeat it</h3>
        <p>run.json of each folder holds every setting, and the same version, machine and count of threads give the same numbers.</p>
        <pre><code>{string.Join('\n', runs.SelectMany(Commands))}</code></pre>
        """);

    private static IEnumerable<string> Commands(ReportRun run)
    {
        var folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Folder.Path));
        if (run.Record.Command is not ("train" or "unlearn")) yield break;
        yield return $"efface {run.Record.Command} --config {Shell($"{folder}/run.json")} --out {Shell($"{folder}-again")}";
        if (run.Audit is { Settings: var settings })
            yield return string.Create(CultureInfo.InvariantCulture, $"efface audit --run {Shell($"{folder}-again")} --attribute {Shell(string.Join(',', run.SingleAttributes))} "
                + $"--tolerance {settings.Tolerance} --confidence {settings.Confidence} --seeds {settings.Seeds.Count} --attackers {string.Join(',', settings.Attackers.Select(Shell))}");
    }

    private static string Shell(string word) => word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./,".Contains(letter, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
