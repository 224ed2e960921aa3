using Efface.Data.Sheets;

namespace Efface.Data.Vectors;

/// <summary>The files with another program's representations and their labels, and what their columns mean.</summary>
public sealed record VectorOptions
{
    /// <summary>A .npy, .npz, .safetensors, .parquet, .csv or .tsv with one row per image, or several with one <see cref="Key"/>.</summary>
    [Setting("--representations", "FILE", "Or vectors of any other program: .npy, .npz, .safetensors, .parquet or .csv.")]
    public required string Representations { get; init; }

    /// <summary>A .csv, .tsv or .parquet with one row per image; it may be the file of the representations.</summary>
    [Setting("--labels", "FILE", "Their labels: .csv, .tsv or .parquet, one row an image.")]
    public required string Labels { get; init; }

    /// <summary>The same images from the model before unlearning; null if there are none.</summary>
    [Setting(
        "--before",
        "PATH",
        "The model before unlearning: a run folder (that which the run started from), or a file of vectors.",
        Command = "audit"
    )]
    public string? Before { get; init; }

    /// <summary>The task's column; null if there is no task.</summary>
    [Setting("--task", "COL", "Column of the labels that the vectors are for, if there is one.")]
    public string? Task { get; init; }

    /// <summary>The attributes' columns.</summary>
    [Setting("--attribute", "COLS", "Columns to look for, separated by commas (those of the run).")]
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>The column with train, validation or test as values.</summary>
    [Setting("--split-column", "COL", "Column of the labels that says train, validation or test (else the parts are drawn).")]
    public string? SplitColumn { get; init; }

    /// <summary>The column of groups: rows of one group stay in one part.</summary>
    [Setting("--group-column", "COL", "Column of the labels that says which images belong together, to one person say.")]
    public string? GroupColumn { get; init; }

    /// <summary>
    /// The column of who is seen: how well rows of one person are told from those of others is measured, and its groups stay in one part.
    /// </summary>
    [Setting("--identity", "COL", "Column of the labels that says who it is: measures how well people are still verified.")]
    public string? Identity { get; init; }

    /// <summary>
    /// A column of the labels, and a column or array of the representations, that identify the image of a row; null joins by position.
    /// </summary>
    [Setting("--key", "COL", "Column of both files that joins them (else rows are joined by position).")]
    public string? Key { get; init; }

    /// <summary>
    /// The array of an .npz or .safetensors; in tables the column, or the prefix of the columns' names before their number.
    /// </summary>
    [Setting("--array", "NAME", "Which array or columns of the file hold the vectors: h, or h0..h127, or a,b,c.")]
    public string? Array { get; init; }

    /// <summary>The rules for labels.</summary>
    [SettingGroup]
    public LabelRules Rules { get; init; } = new();

    /// <summary>The seed for drawn parts.</summary>
    [Setting("--split-seed", "S", "Decides which rows are drawn for which part (0).")]
    public int Seed { get; init; }

    /// <summary>The named columns, each with the property that names it.</summary>
    internal IEnumerable<(string Property, string Name)> Named =>
        new (string Property, string? Name)[]
        {
            ("`VectorOptions.Task`", Task),
            ("`VectorOptions.SplitColumn`", SplitColumn),
            ("`VectorOptions.GroupColumn`", GroupColumn),
            ("`VectorOptions.Identity`", Identity),
            ("`VectorOptions.Key`", Key),
        }
            .Where(named => named.Name is not null)
            .Select(named => (named.Property, named.Name!))
            .Concat(Attributes.Select(name => ("`attributes`", name)));
}
