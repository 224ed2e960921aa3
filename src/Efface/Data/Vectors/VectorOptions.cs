namespace Efface.Data;

/// <summary>Which files another program's representations and their labels are in, and what their columns mean.</summary>
public sealed record VectorOptions
{
    /// <summary>
    /// <c>--representations</c>: a .npy, .npz, .safetensors, .parquet, .csv or .tsv with one row an image, or several with one
    /// <see cref="Key"/>.
    /// </summary>
    public required string Representations { get; init; }

    /// <summary><c>--labels</c>: a .csv, .tsv or .parquet with one row an image; it may be the file of the representations.</summary>
    public required string Labels { get; init; }

    /// <summary><c>--before</c>: the same images from the model before unlearning; null when there are none.</summary>
    public string? Before { get; init; }

    /// <summary>The task's column; null when the attack knows no task.</summary>
    public string? Task { get; init; }

    /// <summary>The attributes' columns.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary><c>--split-column</c>: its values say train, validation or test.</summary>
    public string? SplitColumn { get; init; }

    /// <summary><c>--group-column</c>: rows of one group stay in one part.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>
    /// <c>--key</c>: a column of the labels, and a column or array of the representations, that say which image a row shows; null joins by
    /// position.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// <c>--array</c>: the array of an .npz or .safetensors; in tables the column, or what the names of the columns begin with before their
    /// number.
    /// </summary>
    public string? Array { get; init; }

    /// <summary>What is said about labels: <c>--missing</c>, <c>--bin</c>, <c>--map</c>, <c>--only</c>, <c>--drop</c>.</summary>
    public LabelRules Rules { get; init; } = new();

    /// <summary>For the parts that are drawn.</summary>
    public int Seed { get; init; }

    /// <summary>The columns that flags name, each with its flag.</summary>
    internal IEnumerable<(string Flag, string Name)> Named =>
        new (string Flag, string? Name)[]
        {
            ("--task", Task),
            ("--split-column", SplitColumn),
            ("--group-column", GroupColumn),
            ("--key", Key),
        }
            .Where(flag => flag.Name is not null)
            .Select(flag => (flag.Flag, flag.Name!))
            .Concat(Attributes.Select(name => ("--attribute", name)));
}
