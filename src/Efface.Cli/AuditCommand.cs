using System.CommandLine;
using Efface.Auditing;
using Efface.Records;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface audit: a run, or the representations of any other program.</summary>
internal sealed class AuditCommand : LookCommand
{
    private readonly Flags<AttackSettings> _attacks;

    public AuditCommand(Shell shell)
        : base(shell, "audit", "Send fresh attackers against a run's model (exit code 3: leaks, 4: inconclusive).") =>
        _attacks = new Flags<AttackSettings>(this);

    internal sealed record AttackSettings
    {
        [Setting("--seeds", "N", "How often each attacker that depends on chance is trained (2; full: 5).", Range = "[1, ∞)")]
        public int? Seeds { get; init; }
    }

    protected override int Execute(ParseResult asked)
    {
        var attacks = _attacks.Read(asked, new AttackSettings());
        var (run, path, vectors) = Look(asked, Settings.Of<AttackSettings>().SelectMany(setting => setting.Check(attacks)));
        var strict = Strictness.Read(asked, new AuditSettings());
        strict = strict with
        {
            Seeds = attacks.Seeds is { } seeds ? [.. Enumerable.Range(0, seeds)] : AuditSettings.SeedsOf(strict.Budget),
        };
        var folder = Show(display =>
        {
            if (run is null)
                return VectorAuditRun.Run(vectors, path, strict, display.OnAudit, display, Shell.Cancel);
            AuditRun.Run(run, vectors.Attributes, strict, vectors.Before, display.OnAudit, display, Shell.Cancel);
            return RunFolder.Open(run);
        });
        var result = folder.Audit!;
        if (IsJson(asked))
            Shell.PrintJson(result);
        else
            ComparisonTable.Print(Shell, [folder]);
        if (run is null && !IsJson(asked))
            Shell.Out.WriteLine($"report: {Path.Combine(folder.Path, "report.html")}");
        return Shell.ExitCode(result.Verdict);
    }
}
