namespace Efface.Reporting.Page;

/// <summary>A report's terms: vectors without a task are compared with guessing, and no task is mentioned.</summary>
internal sealed record Terms(bool HasTask)
{
    /// <summary>The terms for several runs together.</summary>
    public static Terms Of(IReadOnlyList<ReportRun> runs) => new(runs.Any(run => run.HasTask));

    /// <summary>The decisive floor.</summary>
    public string Floor => HasTask ? "Label-only floor" : "Majority floor";

    /// <summary>The explanation of that floor.</summary>
    public string FloorHint =>
        HasTask ? "balanced accuracy of guessing from the task's true answer alone" : "balanced accuracy of guessing";

    /// <summary>The criterion.</summary>
    public string Leak => HasTask ? "Leak given the task" : "Leak over guessing";

    /// <summary>What the floor knows, in the middle of a sentence.</summary>
    public string Already => HasTask ? "what the task's true answer tells anyway" : "guessing";
}
