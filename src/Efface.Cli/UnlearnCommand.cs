using System.CommandLine;
using Efface.Auditing;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Records;
using Efface.Runs;

namespace Efface.Cli;

/// <summary>efface unlearn: makes a model forget, or takes attributes out of the vectors of any other program.</summary>
internal sealed class UnlearnCommand : ModelCommand
{
    private static readonly string[] OfRules = ["--missing", "--bin", "--map", "--only", "--drop"];

    // Flags of runs on images that say something about vectors too.
    private static readonly string[] Shared =
    [
        "--task",
        "--forget",
        "--retain",
        "--retention",
        "--recipe",
        "--bits",
        "--lambda",
        "--distil",
        "--seed",
        "--threads",
        "--split-column",
        "--group-column",
        .. OfRules,
    ];

    private readonly Flags<VectorOptions> _vectors;
    private readonly Flags<EraserOptions> _eraser;
    private readonly Flags<AuditSettings> _audit;
    private readonly Option<bool> _noAudit = new("--no-audit") { Description = "Vectors: leave out the audits before and after." };

    public UnlearnCommand(Shell shell)
        : base(
            shell,
            "unlearn",
            "Make a model forget attributes, from scratch or --from a trained one; or take them out of vectors: --representations.",
            TrainingRun.Unlearn
        )
    {
        _vectors = new Flags<VectorOptions>(this, setting => setting.Command is null && !IsTaken(setting.Flag));
        _eraser = new Flags<EraserOptions>(this);
        _audit = new Flags<AuditSettings>(this, setting => setting.Command is null or "audit" && setting.Flag != "--stages");
        Add(_noAudit);
    }

    protected override int Execute(ParseResult asked)
    {
        var place = Place(asked);
        var begun = Filed(asked) ?? place.Begun;
        var vectors = _vectors.Read(asked, begun?.Vectors ?? new VectorOptions { Representations = "", Labels = "" });
        if (vectors.Representations.Length == 0)
            return OfVectorsOnly(asked) is { Length: > 0 } alone ? throw new InvalidInputException(alone) : base.Execute(asked);
        if (OfImagesOnly(asked).Concat(Missing(vectors)).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        var config = Config(asked, begun ?? new RunConfig { Recipe = new RecipeSettings { Name = "balance" } });
        config = config with
        {
            Vectors = vectors with
            {
                SplitColumn = config.Data.Reading.SplitColumn ?? vectors.SplitColumn,
                GroupColumn = config.Data.Reading.GroupColumn ?? vectors.GroupColumn,
                Rules =
                    begun is null || Given(asked).Any(setting => OfRules.Contains(setting.Flag))
                        ? Data.Sheets.LabelRules.Of(config.Data.Reading)
                        : vectors.Rules,
            },
            Erasing = _eraser.Read(asked, begun?.Erasing ?? new EraserOptions()),
        };
        var audit = asked.GetValue(_noAudit) ? null : _audit.Read(asked, new AuditSettings());
        var path = RunPlace.OutOr(place.Out, Name);
        NativeHeap.ReturnLargeBlocks();
        try
        {
            var folder = Show(display => ErasingRun.Run(config, path, audit, place.Resume, display, Shell.Cancel));
            return Tell(asked, folder, audit is not null);
        }
        catch (OperationCanceledException) when (RunFolder.Holds(path))
        {
            Shell.Error.WriteLine($"efface: to go on, give the same command with --resume --out {path}.");
            throw;
        }
    }

    private int Tell(ParseResult asked, RunFolder folder, bool isAudited)
    {
        if (IsJson(asked))
            Shell.PrintJson(
                new
                {
                    folder = Path.GetFullPath(folder.Path),
                    run = folder.Run,
                    audit = folder.Audit,
                }
            );
        else
        {
            if (isAudited)
                ComparisonTable.Print(Shell, [RunFolder.Open(Path.Combine(folder.Path, ErasingRun.BeforeFolder)), folder]);
            Shell.Out.WriteLine($"eraser and erased vectors: {folder.Path}");
            Shell.Out.WriteLine($"for new rows: efface apply --eraser {folder.Path} --representations FILE --out FILE");
            if (isAudited)
                Shell.Out.WriteLine($"report: {Path.Combine(folder.Path, "report.html")}");
        }
        return Shell.Done;
    }

    private static bool IsTaken(string flag) => Settings.Of<RunConfig>().Any(setting => setting.Flag == flag) || flag == "--attribute";

    private IEnumerable<Problem> OfImagesOnly(ParseResult asked) =>
        Given(asked)
            .Where(setting => !Shared.Contains(setting.Flag))
            .Select(setting => new Problem(setting.Flag, "is for images and the networks that read them", "Leave it out"));

    private Problem[] OfVectorsOnly(ParseResult asked) =>
        [
            .. _vectors
                .Given(asked)
                .Select(given => given.Setting.Flag)
                .Concat(_eraser.Given(asked).Select(given => given.Setting.Flag))
                .Concat(_audit.Given(asked).Select(given => given.Setting.Flag))
                .Concat(asked.GetValue(_noAudit) ? ["--no-audit"] : [])
                .Select(flag => new Problem(flag, "is for vectors", "Give --representations as well, or leave it out")),
        ];

    private static IEnumerable<Problem> Missing(VectorOptions vectors)
    {
        if (vectors.Labels.Length == 0)
            yield return new Problem("--labels", "missing", "Name the file with the rows' labels");
    }
}
