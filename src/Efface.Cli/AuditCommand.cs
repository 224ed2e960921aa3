using System.CommandLine;
using Efface.Auditing;
using Efface.Data.Sources;
using Efface.Data.Vectors;
using Efface.Interchange;
using Efface.Records;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface audit: a run, or the representations of any other program.</summary>
internal sealed class AuditCommand : LookCommand
{
    private readonly Flags<AttackSettings> _attacks;
    private readonly Flags<ExtractorOptions> _extractor;
    private readonly Flags<DataOptions> _data;

    public AuditCommand(Shell shell)
        : base(
            shell,
            "audit",
            "Send fresh attackers against a run, vectors of a file, or an ONNX model with --data (exit code 3: leaks, 4: inconclusive)."
        )
    {
        _attacks = new Flags<AttackSettings>(this);
        _extractor = new Flags<ExtractorOptions>(this);
        _data = new Flags<DataOptions>(this, setting => !OfVectors.Contains(setting.Flag));
    }

    internal sealed record AttackSettings
    {
        [Setting("--seeds", "N", "How often each attacker that depends on chance is trained (2; full: 5).", Range = "[1, ∞)")]
        public int? Seeds { get; init; }
    }

    protected override int Execute(ParseResult asked)
    {
        var attacks = _attacks.Read(asked, new AttackSettings());
        var extractor = _extractor.Read(asked, new ExtractorOptions());
        var wrong = Settings.Of<AttackSettings>().SelectMany(setting => setting.Check(attacks)).Concat(WithoutModel(asked, extractor));
        var (run, path, vectors) = Look(asked, extractor.Extractor is not null, wrong);
        var strict = Strictness.Read(asked, new AuditSettings());
        strict = strict with
        {
            Seeds = attacks.Seeds is { } seeds ? [.. Enumerable.Range(0, seeds)] : AuditSettings.SeedsOf(strict.Budget),
        };
        var folder = Show(display =>
        {
            if (extractor.Extractor is not null)
                return VectorAuditRun.Run(OfModel(asked, extractor, vectors), path, strict, display.OnAudit, display, Shell.Cancel);
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

    private RunConfig OfModel(ParseResult asked, ExtractorOptions extractor, VectorOptions columns)
    {
        var data = _data.Read(asked, new DataOptions());
        return new RunConfig
        {
            Data = data with
            {
                Task = columns.Task,
                Reading = data.Reading with
                {
                    SplitColumn = columns.SplitColumn,
                    GroupColumn = columns.GroupColumn,
                    Missing = columns.Rules.Missing,
                    Bin = columns.Rules.Bin,
                    Map = columns.Rules.Map,
                    Only = columns.Rules.Only,
                    Drop = columns.Rules.Drop,
                },
            },
            Recipe = new RecipeSettings { Forget = columns.Attributes },
            Extractor = extractor,
        };
    }

    private IEnumerable<Problem> WithoutModel(ParseResult asked, ExtractorOptions extractor) =>
        extractor.Extractor is not null
            ? []
            : _extractor
                .Given(asked)
                .Select(given => given.Setting.Flag)
                .Concat(_data.Given(asked).Select(given => given.Setting.Flag))
                .Select(flag => new Problem(flag, "is for models from elsewhere", "Give --extractor as well, or leave it out"));
}
