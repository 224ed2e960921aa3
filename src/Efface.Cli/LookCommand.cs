using System.CommandLine;
using Efface.Auditing;
using Efface.Data.Sheets;
using Efface.Data.Vectors;

namespace Efface.Cli;

/// <summary>A command that inspects a run, or the representations of any other program.</summary>
internal abstract class LookCommand : ToolCommand
{
    private readonly Flags<LookSettings> _look;
    private readonly Flags<VectorOptions> _vectors;

    protected LookCommand(Shell shell, string name, string description)
        : base(shell, name, description)
    {
        _look = new Flags<LookSettings>(this);
        _vectors = new Flags<VectorOptions>(this, setting => setting.Command is null || setting.Command == name);
        Strictness = new Flags<AuditSettings>(this, setting => setting.Command is null || setting.Command == name);
    }

    internal sealed record LookSettings
    {
        [Setting("--run", "DIR", "The run folder to look at.")]
        public string? Run { get; init; }

        [Setting("--out", "DIR", "New folder for what is found of vectors (runs/COMMAND-TIME).")]
        public string? Out { get; init; }
    }

    protected Flags<AuditSettings> Strictness { get; }

    /// <summary>The flags that files of vectors have too.</summary>
    protected static IReadOnlySet<string> OfVectors { get; } = Settings.Of<VectorOptions>().Select(setting => setting.Flag).ToHashSet();

    private static readonly string[] OfColumns = ["--task", "--attribute", "--split-column", "--group-column"];

    /// <summary>
    /// What to inspect: a run's folder, or null and the files of other programs, whose attributes and model before also apply to a run.
    /// </summary>
    /// <param name="asked">The command line.</param>
    /// <param name="others">Other problems of the command line.</param>
    /// <exception cref="InvalidInputException">A flag belongs to the other kind, or is missing.</exception>
    protected (string? Run, string Folder, VectorOptions Vectors) Look(ParseResult asked, params IEnumerable<Problem> others) =>
        Look(asked, false, others);

    /// <summary>The same, of a model from elsewhere, or not.</summary>
    /// <inheritdoc cref="Look(ParseResult, IEnumerable{Problem})"/>
    /// <param name="asked">The command line.</param>
    /// <param name="isModel">Whether a model from elsewhere is to be inspected.</param>
    /// <param name="others">Other problems of the command line.</param>
    protected (string? Run, string Folder, VectorOptions Vectors) Look(ParseResult asked, bool isModel, IEnumerable<Problem> others)
    {
        var look = _look.Read(asked, new LookSettings());
        var vectors = _vectors.Read(asked, new VectorOptions { Representations = "", Labels = "" });
        return (isModel ? OfModel(asked, look) : Check(asked, look, vectors)).Concat(others).ToArray() is { Length: > 0 } wrong
            ? throw new InvalidInputException(wrong)
            : (look.Run, look.Run ?? RunPlace.OutOr(look.Out, Name), vectors);
    }

    /// <summary>The flags given for how strict it is and where results go.</summary>
    protected IEnumerable<string> GivenOfAudit(ParseResult asked) =>
        Strictness
            .Given(asked)
            .Select(given => given.Setting.Flag)
            .Concat(_look.Given(asked).Select(given => given.Setting.Flag).Where(flag => flag == "--out"));

    // Which of the flags for files of vectors say something about a model, too.
    private IEnumerable<Problem> OfModel(ParseResult asked, LookSettings look)
    {
        if (look.Run is not null)
            yield return new Problem("--run and --extractor", "are two things to look at", "Give one of them");
        foreach (var (setting, _) in _vectors.Given(asked))
            if (!OfColumns.Contains(setting.Flag) && !setting.Property.StartsWith(nameof(LabelRules), StringComparison.Ordinal))
                yield return new Problem(setting.Flag, "is for files of vectors", "Leave it out: --data names the images");
    }

    private IEnumerable<Problem> Check(ParseResult asked, LookSettings look, VectorOptions vectors)
    {
        var isVectors = vectors.Representations.Length > 0;
        if (look.Run is null && !isVectors)
            yield return new Problem("--run or --representations", "missing", "Name the run folder, or the file of vectors, to look at");
        if (look.Run is not null && isVectors)
            yield return new Problem("--run and --representations", "are two things to look at", "Give one of them");
        if (isVectors && vectors.Labels.Length == 0)
            yield return new Problem("--labels", "missing", "Name the file with the images' labels");
        if (look.Run is null)
            yield break;
        foreach (var (setting, texts) in _vectors.Given(asked))
            if (setting.Property.StartsWith(nameof(LabelRules), StringComparison.Ordinal))
                yield return new Problem(
                    setting.Flag,
                    "is for vectors of other programs; a run keeps the rules that it was trained with",
                    "Leave it out"
                );
            else if (setting.Flag is not ("--representations" or "--attribute" or "--before"))
                yield return new Problem($"{setting.Flag} {texts[^1]}", "is for vectors of other programs; a run knows it", "Leave it out");
        if (look.Out is not null)
            yield return new Problem($"--out {look.Out}", "is for vectors of other programs; a run knows it", "Leave it out");
    }
}
