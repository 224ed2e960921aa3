using System.Globalization;

namespace Efface.Reporting.Page;

/// <summary>The commands that repeat the report from the run folders.</summary>
internal static class RepeatSection
{
    /// <summary>One or two lines per run.</summary>
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
            var (command, settings) = run.IsErased ? ("unlearn", Recipe(run.Record.Config)) : ("audit", Audit(run));
            yield return $"efface {command}{Given(vectors with { Attributes = [] })}{settings}{Flags(("out", $"{folder}-again"))}";
            yield break;
        }
        if (run.Record.Config.Extractor is { } extractor)
        {
            var config = run.Record.Config;
            var (command, settings) = run.IsErased ? ("unlearn", Recipe(config)) : ("audit", Audit(run));
            yield return $"efface {command}{Given(extractor)}{Given(config.Data)}{settings}{Flags(("out", $"{folder}-again"))}";
            yield break;
        }
        yield return $"efface {run.Record.Command}{Flags(("config", $"{folder}/run.json"), ("out", $"{folder}-again"))}";
        if (run.Audit is not null)
            yield return $"efface audit{Flags(("run", $"{folder}-again"))}{Audit(run)}";
    }

    private static string Recipe(Records.RunConfig config) =>
        Flags(
            ("forget", string.Join(',', config.Recipe.Forget)),
            ("recipe", config.Recipe.Name),
            ("bits", config.Recipe.Bits?.ToString(CultureInfo.InvariantCulture)),
            ("seed", config.Training.Seed.ToString(CultureInfo.InvariantCulture))
        ) + Given(config.Erasing!);

    private static string Audit(ReportRun run) =>
        run.Audit is not { Settings: var settings }
            ? ""
            : Flags(("attribute", string.Join(',', run.SingleAttributes)))
                + Given(settings)
                + Flags(("seeds", Setting.Text(settings.Seeds.Count)));

    // A repeatable flag is given once per element.
    private static string Given<T>(T settings)
        where T : notnull =>
        Flags([
            .. from setting in Settings.Of<T>()
            where setting.In(settings) is not null
            from text in setting is { Repeats: true } ? (IReadOnlyList<string>)setting.In(settings)! : [Setting.Text(setting.In(settings))]
            select (setting.Name, (string?)text),
        ]);

    private static string Flags(params (string Name, string? Value)[] flags) =>
        string.Concat(flags.Where(flag => !string.IsNullOrEmpty(flag.Value)).Select(flag => $" --{flag.Name} {Shell(flag.Value!)}"));

    private static string Shell(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./,".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
