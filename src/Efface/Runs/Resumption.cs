using Efface.Erasing;
using Efface.Interchange;
using Efface.Models.Architectures;
using Efface.Records;

namespace Efface.Runs;

/// <summary>Resumes a run that was stopped, or killed.</summary>
internal static class Resumption
{
    /// <summary>
    /// Refuses the settings of another run, before anything else is derived from them. Open settings count as those of the existing run.
    /// </summary>
    /// <param name="began">The existing run.json.</param>
    /// <param name="command">The command of the run now.</param>
    /// <param name="asked">The settings as given.</param>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InvalidInputException">Every difference.</exception>
    public static void CheckSettings(RunRecord began, string command, RunConfig asked, string path) =>
        CheckSettings(began, command, asked, path, open: (_, value) => value is null or IReadOnlyList<string> { Count: 0 });

    private static void CheckSettings(RunRecord began, string command, RunConfig asked, string path, Func<Setting, object?, bool> open)
    {
        var problems = Differences(began.Config, asked, path, open).ToList();
        if (began.Command != command)
            problems.Insert(
                0,
                new Problem($"`path` {path}", $"is a run of efface {began.Command}", $"Go on with efface {began.Command} `resume`")
            );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }

    /// <summary>
    /// Refuses a finished run that differs from the one that would be made now: open settings count as those that the run chose.
    /// </summary>
    /// <inheritdoc cref="CheckSettings(RunRecord, string, RunConfig, string)"/>
    public static void CheckFinished(RunRecord began, string command, RunConfig asked, string path)
    {
        asked = TrainingRun.WithUsualTraining(WithBlocksOf(asked, began.Config), forgets: command == "unlearn");
        // The default stem depends on the images' size.
        var model = began.Config.Model;
        var usual = new[] { 1, long.MaxValue }.Any(side => Backbones.DefaultStem(model.Name, side) == model.Stem);
        CheckSettings(began, command, asked, path, open: (setting, value) =>
            value is null && (setting.IsFoundOut || usual && setting.Property == "ModelSettings.Stem")
        );
    }

    /// <summary>Refuses to resume with other data or another configuration than the run started with.</summary>
    /// <param name="began">The existing run.json.</param>
    /// <param name="asked">The run as it would be now.</param>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InvalidInputException">Every difference.</exception>
    public static void Check(RunRecord began, RunRecord asked, string path)
    {
        var problems = Differences(began.Config, asked.Config, path, open: (_, _) => false).ToList();
        if (OtherData(began, asked.Data.Fingerprint, path) is { } other)
            problems.Insert(0, other);
        if (began.Config.Model.Weights == asked.Config.Model.Weights && !Same(began.Weights, asked.Weights))
            problems.Add(
                new Problem(
                    $"`ModelSettings.Weights` {asked.Config.Model.Weights}",
                    $"changed since the run in {path} began",
                    "Restore the file as it was, or start a new run"
                )
            );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }

    /// <summary>Refuses to resume a run on vectors with other vectors or another configuration.</summary>
    /// <inheritdoc cref="Check"/>
    public static void CheckVectors(RunRecord began, RunRecord asked, string path)
    {
        Check(began, asked, path);
        var (before, now) = (began.Config.Erasing ?? new EraserOptions(), asked.Config.Erasing ?? new EraserOptions());
        var (model, other) = (began.Config.Extractor ?? new ExtractorOptions(), asked.Config.Extractor ?? new ExtractorOptions());
        Problem[] problems =
        [
            .. Differences<EraserOptions>(before, now, path, open: (_, _) => false),
            .. Differences<ExtractorOptions>(model, other, path, open: (_, _) => false),
        ];
        if (problems.Length > 0)
            throw new InvalidInputException(problems);
    }

    /// <summary>A problem if a run started with other data than the present ones; null otherwise.</summary>
    public static Problem? OtherData(RunRecord began, string fingerprint, string path) =>
        began.Data.Fingerprint == fingerprint
            ? null
            : new Problem(
                $"`path` {path}",
                $"began with other data (fingerprint {began.Data.Fingerprint[..12]}…, now {fingerprint[..12]}…)",
                "Restore the data as it was, or start a new run"
            );

    /// <summary>The stages measured at the start of the run replace the requested number of blocks.</summary>
    public static RunConfig WithBlocksOf(RunConfig asked, RunConfig began) =>
        asked.Training.Blocks is { } blocks
        && BlockChoice.IsNumber(blocks)
        && began.Training.Blocks is { } placed
        && BlockChoice.Count(blocks) == BlockChoice.Count(placed)
            ? asked with
            {
                Training = asked.Training with { Blocks = placed },
            }
            : asked;

    private static bool Same(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) =>
        (one ?? new Dictionary<string, string>()).ToHashSet().SetEquals(other ?? new Dictionary<string, string>());

    private static IEnumerable<Problem> Differences(RunConfig began, RunConfig asked, string path, Func<Setting, object?, bool> open) =>
        Differences<RunConfig>(began, asked, path, open);

    private static IEnumerable<Problem> Differences<T>(T began, T asked, string path, Func<Setting, object?, bool> open)
        where T : notnull =>
        from setting in Settings.Of<T>()
        where !setting.IsHarmless && !open(setting, setting.In(asked))
        // A missing group has its defaults.
        let before = Setting.Text(setting.In(began) ?? setting.Default)
        let now = Setting.Text(setting.In(asked) ?? setting.Default)
        where before != now
        select new Problem(
            $"`{setting.Property}` {now}",
            $"the run in {path} began with {before}",
            "Leave it out to go on, or start a new run"
        );
}
