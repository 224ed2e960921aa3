using System.CommandLine;
using Efface.Auditing;
using Efface.Data.Sources;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Interchange;
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
    private readonly Flags<ExtractorOptions> _extractor;
    private readonly Flags<EraserOptions> _eraser;
    private readonly Flags<AuditSettings> _audit;
    private readonly Option<bool> _noAudit = new("--no-audit") { Description = "Vectors: leave out the audits before and after." };

    public UnlearnCommand(Shell shell)
        : base(
            shell,
            "unlearn",
            "Make a model forget attributes, from scratch or --from a trained one; or take them out of vectors: those of a file "
                + "(--representations), or those of an ONNX model (--extractor).",
            TrainingRun.Unlearn
        )
    {
        _vectors = new Flags<VectorOptions>(this, setting => setting.Command is null && !IsTaken(setting.Flag));
        _extractor = new Flags<ExtractorOptions>(this);
        _eraser = new Flags<EraserOptions>(this);
        _audit = new Flags<AuditSettings>(this, setting => setting.Command is null or "audit" && setting.Flag != "--stages");
        Add(_noAudit);
    }

    protected override int Execute(ParseResult asked)
    {
        var place = Place(asked);
        var begun = Filed(asked) ?? place.Begun;
        var vectors = _vectors.Read(asked, begun?.Vectors ?? new VectorOptions { Representations = "", Labels = "" });
        var extractor = _extractor.Read(asked, begun?.Extractor ?? new ExtractorOptions());
        var (isFile, isModel) = (vectors.Representations.Length > 0, extractor.Extractor is not null);
        if (!isFile && !isModel)
            return OfVectorsOnly(asked) is { Length: > 0 } alone ? throw new InvalidInputException(alone) : base.Execute(asked);
        if (Wrong(asked, vectors, isFile, isModel).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        var config = Config(asked, begun ?? new RunConfig { Recipe = new RecipeSettings { Name = "balance" } });
        config = config with
        {
            Vectors = isFile ? Completed(vectors, begun, Given(asked).Any(setting => OfRules.Contains(setting.Flag)), config) : null,
            Extractor = isModel ? extractor : null,
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
            if (folder.Run.Config.Extractor is null)
            {
                Shell.Out.WriteLine($"eraser and erased vectors: {folder.Path}");
                Shell.Out.WriteLine($"for new rows: efface apply --eraser {folder.Path} --representations FILE --out FILE");
            }
            else
                Shell.Out.WriteLine($"the model with its eraser, in one file: efface export --run {folder.Path} --out model.onnx");
            if (isAudited)
                Shell.Out.WriteLine($"report: {Path.Combine(folder.Path, "report.html")}");
        }
        return Shell.Done;
    }

    private static bool IsTaken(string flag) => Settings.Of<RunConfig>().Any(setting => setting.Flag == flag) || flag == "--attribute";

    private static VectorOptions Completed(VectorOptions vectors, RunConfig? begun, bool hasRules, RunConfig config) =>
        vectors with
        {
            SplitColumn = config.Data.Reading.SplitColumn ?? vectors.SplitColumn,
            GroupColumn = config.Data.Reading.GroupColumn ?? vectors.GroupColumn,
            Rules = begun is null || hasRules ? Data.Sheets.LabelRules.Of(config.Data.Reading) : vectors.Rules,
        };

    private IEnumerable<Problem> Wrong(ParseResult asked, VectorOptions vectors, bool isFile, bool isModel)
    {
        if (isFile && isModel)
            yield return new Problem("--representations and --extractor", "are two kinds of vectors", "Give one of them");
        var ofData = Settings.Of<DataOptions>().Select(setting => setting.Flag).ToHashSet();
        foreach (var setting in Given(asked).Where(setting => !Shared.Contains(setting.Flag)))
            if (!isModel)
                yield return new Problem(setting.Flag, "is for images and the networks that read them", "Leave it out");
            else if (!ofData.Contains(setting.Flag))
                yield return new Problem(setting.Flag, "is for Efface's own networks: the model is not trained", "Leave it out");
        if (isFile && vectors.Labels.Length == 0)
            yield return new Problem("--labels", "missing", "Name the file with the rows' labels");
        if (isModel && !isFile)
            foreach (var (setting, _) in _vectors.Given(asked))
                yield return new Problem(setting.Flag, "is for files of vectors", "Leave it out: --data names the images");
    }

    private Problem[] OfVectorsOnly(ParseResult asked) =>
        [
            .. _vectors
                .Given(asked)
                .Select(given => given.Setting.Flag)
                .Concat(_extractor.Given(asked).Select(given => given.Setting.Flag))
                .Concat(_eraser.Given(asked).Select(given => given.Setting.Flag))
                .Concat(_audit.Given(asked).Select(given => given.Setting.Flag))
                .Concat(asked.GetValue(_noAudit) ? ["--no-audit"] : [])
                .Select(flag => new Problem(flag, "is for vectors", "Give --representations or --extractor as well, or leave it out")),
        ];
}
