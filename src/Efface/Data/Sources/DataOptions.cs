using System.Text.Json.Serialization;

namespace Efface.Data;

/// <summary>What a data set is read with.</summary>
public sealed record DataOptions
{
    /// <summary><c>--root</c>: where its files are.</summary>
    public string? Root { get; init; }

    /// <summary>The task's column; null when none is chosen.</summary>
    public string? Task { get; init; }

    /// <summary>The attributes' columns.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Names of task and attributes.</summary>
    internal IReadOnlyCollection<string> Chosen => [.. Attributes.Prepend(Task).OfType<string>().Distinct()];

    /// <summary>The columns that a rule or a flag names: they are read whole, however many values they have.</summary>
    internal IReadOnlySet<string> Needed =>
        ColumnRules
            .Needed(Reading.Rules)
            .Concat(Chosen)
            .Concat(new[] { Reading.SplitColumn, Reading.GroupColumn }.OfType<string>())
            .ToHashSet();

    /// <summary><c>--size</c>: the wanted side in pixels; null keeps the data set's own.</summary>
    public int? Size { get; init; }

    /// <summary><c>--limit</c>: at most so many images of each part.</summary>
    public int? Limit { get; init; }

    /// <summary>For whatever is drawn: faces, and parts.</summary>
    public int Seed { get; init; }

    /// <summary>Correlation between the usual task and the usual attribute, for data that are drawn.</summary>
    public double? Correlation { get; init; }

    /// <summary>How files are to be read.</summary>
    public ReadingOptions Reading { get; init; } = new();
}

/// <summary>How files are read: what the flags say, as they were written.</summary>
public sealed record ReadingOptions
{
    /// <summary><c>--table</c>: the CSV or TSV, below the root.</summary>
    public string? Table { get; init; }

    /// <summary><c>--images</c>: the folder that image names are relative to, below the root.</summary>
    public string? Images { get; init; }

    /// <summary><c>--image-column</c>.</summary>
    public string? ImageColumn { get; init; }

    /// <summary><c>--split-column</c>: its values say train, validation or test.</summary>
    public string? SplitColumn { get; init; }

    /// <summary><c>--group-column</c>: rows of one group stay in one part.</summary>
    public string? GroupColumn { get; init; }

    /// <summary><c>--levels</c>: the names of a folder's levels.</summary>
    public IReadOnlyList<string> Levels { get; init; } = [];

    /// <summary><c>--missing</c>: <c>race=99</c>.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary><c>--bin</c>: <c>age=0,10,20</c>.</summary>
    public IReadOnlyList<string> Bin { get; init; } = [];

    /// <summary><c>--map</c>: <c>race=Indian+Asian:Asia</c>.</summary>
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary><c>--only</c>: <c>race=White+Black</c>.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary><c>--drop</c>: <c>race=Others</c>.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>All that is said about labels.</summary>
    [JsonIgnore]
    public LabelRules Rules =>
        new()
        {
            Missing = Missing,
            Bin = Bin,
            Map = Map,
            Only = Only,
            Drop = Drop,
        };

    /// <summary><c>--on-bad</c>: <c>skip</c> or <c>fail</c>; null skips up to one row in a hundred and fails above.</summary>
    public string? OnBad { get; init; }

    /// <summary><c>--resize</c>: crop, fit or stretch.</summary>
    public string Resize { get; init; } = "crop";

    /// <summary><c>--background</c>: R,G,B behind transparent pixels.</summary>
    public string Background { get; init; } = "255,255,255";

    /// <summary><c>--max-pixels</c> of a picture.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary><c>--max-file-mb</c> of a picture.</summary>
    public double MaxFileMegabytes { get; init; } = 100;

    /// <summary><c>--image-timeout</c>: seconds that decoding one picture may take.</summary>
    public double ImageTimeout { get; init; } = 20;

    /// <summary><c>--allow-outside</c>: a table may name pictures outside the root.</summary>
    public bool AllowOutside { get; init; }

    /// <summary><c>--cache</c>: where decoded pixels are kept; null for the usual place.</summary>
    public string? Cache { get; init; }

    /// <summary>Where everything is kept that need not be computed twice.</summary>
    [JsonIgnore]
    public string CacheRoot => Cache ?? CacheFolder.Default;

    /// <summary><c>--workers</c>: pictures that are decoded, and batches that are gathered, at once; null for one a core.</summary>
    public int? Workers { get; init; }
}
