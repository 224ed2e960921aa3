using Efface.Runs;
using Efface.Runs.Experiments;

namespace Efface.Cli;

/// <summary>Where a run is stored.</summary>
internal sealed record RunPlace
{
    [Setting("--out", "DIR", "The run's new folder (runs/COMMAND-TIME).")]
    public string? Out { get; init; }

    [Setting("--resume", null, "Go on with the run in --out from its last saved state; start it where there is none yet.")]
    public bool Resume { get; init; }

    /// <summary>The config that the run there started with, if it is to be resumed.</summary>
    public Records.RunConfig? Begun =>
        !Resume ? null
        : Out is null ? throw new InvalidInputException("--resume", "says nothing about which run", "Name its folder with --out")
        : TrainingRun.Begun(Out);

    /// <summary>The requested folder, or a new name.</summary>
    public static string OutOr(string? asked, string command) => asked ?? Path.Combine("runs", $"{command}-{DateTime.Now:yyyyMMdd-HHmmss}");
}

/// <summary>How experiments run, and where their results go.</summary>
internal sealed record ExperimentPlace
{
    [Setting("--jobs", "N", "Runs side by side, each in a process of its own (1).", Range = "[1, ∞)")]
    public int Jobs { get; init; } = 1;

    [Setting("--dry-run", null, "List the runs and about how long their training takes, and do nothing.")]
    public bool DryRun { get; init; }

    [Setting("--out", "DIR", "Folder of the results; finished runs there are kept, and what was stopped goes on.")]
    public string? Out { get; init; }

    /// <summary>Where the results are; required, since finished runs are kept for the next time.</summary>
    /// <exception cref="InvalidInputException">There is no folder, or less than one run at a time.</exception>
    public ExperimentFolder Folder() =>
        Settings.Of<ExperimentPlace>().SelectMany(setting => setting.Check(this)).ToArray() is { Length: > 0 } wrong
            ? throw new InvalidInputException(wrong)
        : Out is { Length: > 0 } path ? new ExperimentFolder(path)
        : throw new InvalidInputException("--out", "missing", "Name the folder of the results; finished runs there are kept");
}
