using System.ComponentModel;
using Efface.Auditing;
using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface audit.</summary>
internal sealed class AuditCommand : NativeCommand<AuditCommand.Settings>
{
    internal sealed class Settings : OutputSettings
    {
        [CommandOption("--run <DIR>", isRequired: true), Description("The run folder to audit.")]
        public required string Run { get; init; }

        [CommandOption("--attribute <COLS>"), Description("Columns to look for, separated by commas (those of the run).")]
        public string? Attribute { get; init; }

        [CommandOption("--tolerance <T>"), Description("Balanced accuracy beyond the label-only floor that is tolerated (0.05).")]
        public double? Tolerance { get; init; }

        [CommandOption("--confidence <C>"), Description("Of every interval (0.95).")]
        public double? Confidence { get; init; }

        [CommandOption("--attackers <NAMES>"), Description("Which attackers to send, separated by commas (all).")]
        public string? Attackers { get; init; }

        [CommandOption("--seeds <N>"), Description("Each attacker is trained so many times (1).")]
        public int? Seeds { get; init; }
    }

    protected override int Execute(Settings settings)
    {
        if (settings.Seeds < 1) throw new InvalidInputException($"--seeds {settings.Seeds}", "below 1", "Give 1 or more");
        var asked = new AuditSettings();
        asked = asked with
        {
            Tolerance = settings.Tolerance ?? asked.Tolerance,
            Confidence = settings.Confidence ?? asked.Confidence,
            Seeds = [.. Enumerable.Range(0, settings.Seeds ?? asked.Seeds.Count)],
        };
        if (OutputSettings.Names(settings.Attackers) is { } attackers) asked = asked with { Attackers = attackers };
        var attributes = OutputSettings.Names(settings.Attribute) ?? [];
        var result = ProgressDisplay.Show(display => AuditRun.Run(settings.Run, attributes, asked, display.OnAudit, display, Shell.Cancel));
        if (settings.Json) Shell.PrintJson(result);
        else ComparisonTable.Print([RunFolder.Open(settings.Run)]);
        return result.Verdict switch { Verdict.Leaks => Shell.Leaks, Verdict.Inconclusive => Shell.Inconclusive, _ => Shell.Done };
    }
}
