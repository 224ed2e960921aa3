using System.ComponentModel;
using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Efface.Runs;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface audit: a run, or the representations of any other program.</summary>
internal sealed class AuditCommand : NativeCommand<AuditCommand.Settings>
{
    internal sealed class Settings : OutputSettings
    {
        [CommandOption("--run <DIR>"), Description("The run folder to audit.")]
        public string? Run { get; init; }

        [CommandOption("--representations <FILE>"), Description("Or vectors of any other program: .npy, .npz, .safetensors, .parquet or .csv.")]
        public string? Representations { get; init; }

        [CommandOption("--labels <FILE>"), Description("Their labels: .csv, .tsv or .parquet, one row an image.")]
        public string? Labels { get; init; }

        [CommandOption("--before <PATH>"), Description("The model before unlearning: a run folder (that which the run started from), or a file of vectors.")]
        public string? Before { get; init; }

        [CommandOption("--task <COL>"), Description("Column of the labels that the vectors are for, if there is one.")]
        public string? Task { get; init; }

        [CommandOption("--attribute <COLS>"), Description("Columns to look for, separated by commas (those of the run).")]
        public string? Attribute { get; init; }

        [CommandOption("--split-column <COL>"), Description("Column of the labels that says train, validation or test (else the parts are drawn).")]
        public string? SplitColumn { get; init; }

        [CommandOption("--group-column <COL>"), Description("Column of the labels that says which images belong together, to one person say.")]
        public string? GroupColumn { get; init; }

        [CommandOption("--key <COL>"), Description("Column of both files that joins them (else rows are joined by position).")]
        public string? Key { get; init; }

        [CommandOption("--array <NAME>"), Description("Which array or column of the file holds the vectors.")]
        public string? Array { get; init; }

        [CommandOption("--out <DIR>"), Description("New folder for the audit of vectors (runs/audit-TIME).")]
        public string? Out { get; init; }

        [CommandOption("--stages <NAMES>"), Description("Further stages of the network to look at, separated by commas; all is every one behind the split.")]
        public string? Stages { get; init; }

        [CommandOption("--tolerance <T>"), Description("Balanced accuracy beyond the label-only floor that is tolerated (0.05).")]
        public double? Tolerance { get; init; }

        [CommandOption("--confidence <C>"), Description("Of every interval (0.95).")]
        public double? Confidence { get; init; }

        [CommandOption("--budget <NAME>"), Description("quick (the default) or full: more images, settings and seeds.")]
        public string? Budget { get; init; }

        [CommandOption("--attackers <NAMES>"), Description("Which attackers to send, separated by commas (all).")]
        public string? Attackers { get; init; }

        [CommandOption("--seeds <N>"), Description("Each attacker that depends on chance is trained so many times (2; full: 5).")]
        public int? Seeds { get; init; }

        public AuditSettings ToAuditSettings()
        {
            if (Seeds < 1) throw new InvalidInputException($"--seeds {Seeds}", "below 1", "Give 1 or more");
            var budget = Budget is null ? Auditing.Budget.Quick
                : Enum.GetNames<Budget>().Contains(Budget, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<Budget>(Budget, ignoreCase: true)
                : throw new InvalidInputException($"--budget {Budget}", "no such budget", "Choose quick or full");
            var usual = new AuditSettings();
            return usual with
            {
                Tolerance = Tolerance ?? usual.Tolerance,
                Confidence = Confidence ?? usual.Confidence,
                Budget = budget,
                Seeds = Seeds is { } seeds ? [.. Enumerable.Range(0, seeds)] : AuditSettings.SeedsOf(budget),
                Attackers = Names("--attackers", Attackers) ?? usual.Attackers,
                Stages = Names("--stages", Stages) ?? usual.Stages,
            };
        }

        /// <summary>What belongs to the other kind of audit, or is missing.</summary>
        public IEnumerable<Problem> Check()
        {
            if (Run is null && Representations is null) yield return new Problem("--run or --representations", "missing", "Name the run folder, or the file of vectors, to audit");
            if (Run is not null && Representations is not null) yield return new Problem("--run and --representations", "are two audits", "Give one of them");
            if (Representations is not null && Labels is null) yield return new Problem("--labels", "missing", "Name the file with the images' labels");
            if (Run is null) yield break;
            foreach (var (flag, value) in new[] { ("--labels", Labels), ("--task", Task), ("--split-column", SplitColumn), ("--group-column", GroupColumn), ("--key", Key), ("--array", Array), ("--out", Out) })
                if (value is not null) yield return new Problem($"{flag} {value}", "is for vectors of other programs; a run knows it", "Leave it out");
        }
    }

    protected override int Execute(Settings settings)
    {
        if (settings.Check().ToArray() is { Length: > 0 } problems) throw new InvalidInputException(problems);
        var (asked, attributes) = (settings.ToAuditSettings(), OutputSettings.Names("--attribute", settings.Attribute) ?? []);
        var folder = ProgressDisplay.Show(display =>
        {
            if (settings.Run is null) return VectorAuditRun.Run(Vectors(settings, attributes), OutSettings.OutOr(settings.Out, "audit"), asked, display.OnAudit, display, Shell.Cancel);
            AuditRun.Run(settings.Run, attributes, asked, settings.Before, display.OnAudit, display, Shell.Cancel);
            return RunFolder.Open(settings.Run);
        });
        var result = folder.Audit!;
        if (settings.Json) Shell.PrintJson(result);
        else ComparisonTable.Print([folder]);
        if (settings.Run is null && !settings.Json) Console.Out.WriteLine($"report: {Path.Combine(folder.Path, "report.html")}");
        return result.Verdict switch { Verdict.Leaks => Shell.Leaks, Verdict.Inconclusive => Shell.Inconclusive, _ => Shell.Done };
    }

    private static VectorOptions Vectors(Settings settings, string[] attributes) => new()
    {
        Representations = settings.Representations!,
        Labels = settings.Labels!,
        Before = settings.Before,
        Task = settings.Task,
        Attributes = attributes,
        SplitColumn = settings.SplitColumn,
        GroupColumn = settings.GroupColumn,
        Key = settings.Key,
        Array = settings.Array,
    };
}
