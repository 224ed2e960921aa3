namespace Efface.Reporting.Page;

/// <summary>
/// What a report calls its numbers: vectors that came without a task are held against guessing, and no word of a task is said.
/// </summary>
internal sealed record Terms(bool HasTask)
{
    /// <summary>The words for some runs together.</summary>
    public static Terms Of(IReadOnlyList<ReportRun> runs) => new(runs.Any(run => run.HasTask));

    /// <summary>The floor that decides.</summary>
    public string Floor => HasTask ? "Label-only floor" : "Majority floor";

    /// <summary>What that floor is.</summary>
    public string FloorHint =>
        HasTask ? "balanced accuracy of guessing from the task's true answer alone" : "balanced accuracy of guessing";

    /// <summary>The criterion.</summary>
    public string Leak => HasTask ? "Leak given the task" : "Leak over guessing";

    /// <summary>What the floor knows, in the middle of a sentence.</summary>
    public string Already => HasTask ? "what the task's true answer tells anyway" : "guessing";
}
