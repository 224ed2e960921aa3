using System.ComponentModel;
using Efface.Data;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>The flags that say what is looked at: a run, or the representations of any other program.</summary>
internal class LookSettings : LabelSettings
{
    [CommandOption("--run <DIR>"), Description("The run folder to look at.")]
    public string? Run { get; init; }

    [CommandOption("--representations <FILE>"), Description("Or vectors of any other program: .npy, .npz, .safetensors, .parquet or .csv.")]
    public string? Representations { get; init; }

    [CommandOption("--labels <FILE>"), Description("Their labels: .csv, .tsv or .parquet, one row an image.")]
    public string? Labels { get; init; }

    [CommandOption("--task <COL>"), Description("Column of the labels that the vectors are for, if there is one.")]
    public string? Task { get; init; }

    [CommandOption("--attribute <COLS>"), Description("Columns to look for, separated by commas (those of the run).")]
    public string? Attribute { get; init; }

    [
        CommandOption("--split-column <COL>"),
        Description("Column of the labels that says train, validation or test (else the parts are drawn).")
    ]
    public string? SplitColumn { get; init; }

    [CommandOption("--group-column <COL>"), Description("Column of the labels that says which images belong together, to one person say.")]
    public string? GroupColumn { get; init; }

    [CommandOption("--key <COL>"), Description("Column of both files that joins them (else rows are joined by position).")]
    public string? Key { get; init; }

    [CommandOption("--array <NAME>"), Description("Which array or columns of the file hold the vectors: h, or h0..h127, or a,b,c.")]
    public string? Array { get; init; }

    [CommandOption("--out <DIR>"), Description("New folder for what is found of vectors (runs/COMMAND-TIME).")]
    public string? Out { get; init; }

    [CommandOption("--tolerance <T>"), Description("Balanced accuracy beyond the label-only floor that is tolerated (0.05).")]
    public double? Tolerance { get; init; }

    [
        CommandOption("--worst-tolerance <T>"),
        Description("What is tolerated of one class against the rest, of single images and of one symbol (0.25).")
    ]
    public double? WorstTolerance { get; init; }

    [CommandOption("--confidence <C>"), Description("Of every interval (0.95).")]
    public double? Confidence { get; init; }

    /// <summary>What belongs to the other kind of audit, or is missing.</summary>
    public IEnumerable<Problem> Check()
    {
        if (Run is null && Representations is null)
            yield return new Problem("--run or --representations", "missing", "Name the run folder, or the file of vectors, to look at");
        if (Run is not null && Representations is not null)
            yield return new Problem("--run and --representations", "are two things to look at", "Give one of them");
        if (Representations is not null && Labels is null)
            yield return new Problem("--labels", "missing", "Name the file with the images' labels");
        if (Run is null)
            yield break;
        foreach (var (flag, given) in new[] { ("--missing", Missing), ("--bin", Bin), ("--map", Map), ("--only", Only), ("--drop", Drop) })
            if (given is not null)
                yield return new Problem(
                    flag,
                    "is for vectors of other programs; a run keeps the rules that it was trained with",
                    "Leave it out"
                );
        foreach (
            var (flag, value) in new[]
            {
                ("--labels", Labels),
                ("--task", Task),
                ("--split-column", SplitColumn),
                ("--group-column", GroupColumn),
                ("--key", Key),
                ("--array", Array),
                ("--out", Out),
            }
        )
            if (value is not null)
                yield return new Problem($"{flag} {value}", "is for vectors of other programs; a run knows it", "Leave it out");
    }

    /// <summary>The files of other programs.</summary>
    public VectorOptions ToVectorOptions(string[] attributes, string? before) =>
        new()
        {
            Representations = Representations!,
            Labels = Labels!,
            Before = before,
            Task = Task,
            Attributes = attributes,
            SplitColumn = SplitColumn,
            GroupColumn = GroupColumn,
            Key = Key,
            Array = Array,
            Rules = Rules,
        };

    private LabelRules Rules =>
        new()
        {
            Missing = Missing ?? [],
            Bin = Bin ?? [],
            Map = Map ?? [],
            Only = Only ?? [],
            Drop = Drop ?? [],
        };
}
