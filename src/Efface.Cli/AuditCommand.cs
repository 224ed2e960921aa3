using System.ComponentModel;
using Efface.Auditing;
using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface audit: a run, or the representations of any other program.</summary>
internal sealed class AuditCommand(Shell shell) : NativeCommand<AuditCommand.Settings>(shell)
{
    internal sealed class Settings : LookSettings
    {
        [
            CommandOption("--before <PATH>"),
            Description("The model before unlearning: a run folder (that which the run started from), or a file of vectors.")
        ]
        public string? Before { get; init; }

        [
            CommandOption("--stages <NAMES>"),
            Description("Further stages of the network to look at, separated by commas; all is every one behind the split.")
        ]
        public string? Stages { get; init; }

        [CommandOption("--budget <NAME>"), Description("quick (the default) or full: more images, settings and seeds.")]
        public string? Budget { get; init; }

        [CommandOption("--attackers <NAMES>"), Description("Which attackers to send, separated by commas (all).")]
        public string? Attackers { get; init; }

        [CommandOption("--seeds <N>"), Description("Each attacker that depends on chance is trained so many times (2; full: 5).")]
        public int? Seeds { get; init; }

        public AuditSettings ToAuditSettings()
        {
            if (Seeds < 1)
                throw new InvalidInputException($"--seeds {Seeds}", "below 1", "Give 1 or more");
            var budget =
                Budget is null ? Auditing.Budget.Quick
                : Enum.GetNames<Budget>().Contains(Budget, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<Budget>(Budget, ignoreCase: true)
                : throw new InvalidInputException($"--budget {Budget}", "no such budget", "Choose quick or full");
            var usual = new AuditSettings();
            return usual with
            {
                Tolerance = Tolerance ?? usual.Tolerance,
                WorstTolerance = WorstTolerance ?? usual.WorstTolerance,
                Confidence = Confidence ?? usual.Confidence,
                Budget = budget,
                Seeds = Seeds is { } seeds ? [.. Enumerable.Range(0, seeds)] : AuditSettings.SeedsOf(budget),
                Attackers = Names("--attackers", Attackers) ?? usual.Attackers,
                Stages = Names("--stages", Stages) ?? usual.Stages,
            };
        }
    }

    protected override int Execute(Settings settings)
    {
        if (settings.Check().ToArray() is { Length: > 0 } problems)
            throw new InvalidInputException(problems);
        var (asked, attributes) = (settings.ToAuditSettings(), OutputSettings.Names("--attribute", settings.Attribute) ?? []);
        var folder = Show(display =>
        {
            if (settings.Run is null)
                return VectorAuditRun.Run(
                    settings.ToVectorOptions(attributes, settings.Before),
                    OutSettings.OutOr(settings.Out, "audit"),
                    asked,
                    display.OnAudit,
                    display,
                    Shell.Cancel
                );
            AuditRun.Run(settings.Run, attributes, asked, settings.Before, display.OnAudit, display, Shell.Cancel);
            return RunFolder.Open(settings.Run);
        });
        var result = folder.Audit!;
        if (settings.Json)
            Shell.PrintJson(result);
        else
            ComparisonTable.Print(Shell, [folder]);
        if (settings.Run is null && !settings.Json)
            Shell.Out.WriteLine($"report: {Path.Combine(folder.Path, "report.html")}");
        return Shell.ExitCode(result.Verdict);
    }
}
