using System.Text.Json.Serialization;
using Efface.Data.Labels;
using Efface.Data.Pixels;
using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>What happens to a data set with unusable rows.</summary>
public enum OnBad
{
    /// <summary>The rows are left out.</summary>
    Skip,

    /// <summary>The data set is refused.</summary>
    Fail,
}

/// <summary>How files are read: where to find what in them, rules for labels, and limits on pictures.</summary>
public sealed record ReadingOptions : LabelRules
{
    /// <summary>The CSV or TSV, below the root.</summary>
    [Setting("--table", "FILE", "The CSV or TSV of --data table, relative to --root (the only one there).")]
    public string? Table { get; init; }

    /// <summary>The folder that image names are relative to, below the root.</summary>
    [Setting("--images", "DIR", "Folder that the table's image names are relative to (the table's own, or images beside it).")]
    public string? Images { get; init; }

    /// <summary>The column that names or holds the images.</summary>
    [Setting("--image-column", "COL", "Column that names or holds the images.")]
    public string? ImageColumn { get; init; }

    /// <summary>The column with train, validation or test as values.</summary>
    [Setting("--split-column", "COL", "Column that says train, val or test; without it parts are drawn, stratified by task.")]
    public string? SplitColumn { get; init; }

    /// <summary>The column of groups: rows of one group stay in one part.</summary>
    [Setting("--group-column", "COL", "Rows of one group, such as one person, stay in one part.")]
    public string? GroupColumn { get; init; }

    /// <summary>The names of a folder's levels.</summary>
    [Setting("--levels", "NAMES", "Names of the folders' levels for --data folders, such as split,class.")]
    public IReadOnlyList<string> Levels { get; init; } = [];

    /// <summary>What to do about unusable rows; null skips up to one in a hundred and fails above.</summary>
    [JsonConverter(typeof(Words<OnBad>))]
    [Setting(
        "--on-bad",
        "skip|fail",
        "What to do with rows that cannot be used (skip up to 1% of them, fail above).",
        Remedy = "Give skip or fail, or leave it out: up to one row in a hundred is skipped then"
    )]
    public OnBad? OnBad { get; init; }

    /// <summary>How images become square.</summary>
    [JsonConverter(typeof(Words<ResizeMode>))]
    [Setting("--resize", "MODE", "How images become square: crop (the default), fit or stretch.")]
    public ResizeMode Resize { get; init; }

    /// <summary>R,G,B behind transparent pixels.</summary>
    [Setting("--background", "R,G,B", "Behind transparent pixels and beside fitted images (255,255,255).")]
    public string Background { get; init; } = "255,255,255";

    /// <summary>A picture with more pixels is refused before it is decoded.</summary>
    [Setting(
        "--max-pixels",
        "N",
        "A picture with more is refused before it is decoded (100000000).",
        Range = "[1, ∞)",
        Remedy = "Give the most pixels that a picture may have"
    )]
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>A larger picture file is refused.</summary>
    [Setting(
        "--max-file-mb",
        "MB",
        "A larger picture file is refused (100).",
        Range = "(0, ∞]",
        Remedy = "Give the largest file in megabytes"
    )]
    public double MaxFileMegabytes { get; init; } = 100;

    /// <summary>Seconds that decoding one picture may take.</summary>
    [Setting(
        "--image-timeout",
        "S",
        "Seconds that decoding one picture may take (20).",
        Range = "(0, 86400]",
        Remedy = "Give seconds, at most a day of them"
    )]
    public double ImageTimeout { get; init; } = 20;

    /// <summary>Whether a table may name pictures outside the root.</summary>
    [Setting("--allow-outside", null, "The table may name images outside --root.")]
    public bool AllowOutside { get; init; }

    /// <summary>Where decoded pixels are kept; null for the default place.</summary>
    [Setting("--cache", "DIR", "Where decoded images are kept ($EFFACE_CACHE, or the user's cache folder).")]
    public string? Cache { get; init; }

    /// <summary>The folder of everything that need not be computed twice.</summary>
    [JsonIgnore]
    public string CacheRoot => Cache ?? CacheFolder.Default;

    /// <summary>Pictures decoded, and batches gathered, in parallel; null for one per core.</summary>
    [Setting("--workers", "N", "Images decoded at once, and batches gathered at once (one a core; one).", Range = "[1, ∞)")]
    public int? Workers { get; init; }

    /// <summary>What is wrong with the options, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var problem in ColumnRules.Check(this).Concat(Settings.Check(this)))
            yield return problem;
        if (Colour.Parse(Background) is null)
            yield return new Problem(
                $"`ReadingOptions.Background` {Background}",
                "is no colour",
                "Give R,G,B with numbers from 0 to 255, such as 255,255,255"
            );
    }
}
