using System.ComponentModel;
using Efface.Data;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>The flags that say where data are and how they are read.</summary>
internal class DataSettings : LabelSettings
{
    [
        CommandOption("--data <NAME>"),
        Description("Data set: faces (drawn by Efface itself; the default), cifar10, celeba, fairface, utkface, table, folders or parquet.")
    ]
    public string? Data { get; init; }

    [CommandOption("--root <DIR>"), Description("Folder that holds the data set's files.")]
    public string? Root { get; init; }

    [CommandOption("--table <FILE>"), Description("The CSV or TSV of --data table, relative to --root (the only one there).")]
    public string? Table { get; init; }

    [
        CommandOption("--images <DIR>"),
        Description("Folder that the table's image names are relative to (the table's own, or images beside it).")
    ]
    public string? Images { get; init; }

    [CommandOption("--image-column <COL>"), Description("Column that names or holds the images.")]
    public string? ImageColumn { get; init; }

    [
        CommandOption("--split-column <COL>"),
        Description("Column that says train, val or test; without it parts are drawn, stratified by task.")
    ]
    public string? SplitColumn { get; init; }

    [CommandOption("--group-column <COL>"), Description("Rows of one group, such as one person, stay in one part.")]
    public string? GroupColumn { get; init; }

    [CommandOption("--levels <NAMES>"), Description("Names of the folders' levels for --data folders, such as split,class.")]
    public string? Levels { get; init; }

    [CommandOption("--on-bad <skip|fail>"), Description("What to do with rows that cannot be used (skip up to 1% of them, fail above).")]
    public string? OnBad { get; init; }

    [CommandOption("--size <PX>"), Description("Side of the images in pixels (the data set's own, 64 for files of any size).")]
    public int? Size { get; init; }

    [CommandOption("--resize <MODE>"), Description("How images become square: crop (the default), fit or stretch.")]
    public string? Resize { get; init; }

    [CommandOption("--background <R,G,B>"), Description("Behind transparent pixels and beside fitted images (255,255,255).")]
    public string? Background { get; init; }

    [CommandOption("--max-pixels <N>"), Description("A picture with more is refused before it is decoded (100000000).")]
    public long? MaxPixels { get; init; }

    [CommandOption("--max-file-mb <MB>"), Description("A larger picture file is refused (100).")]
    public double? MaxFileMegabytes { get; init; }

    [CommandOption("--image-timeout <S>"), Description("Seconds that decoding one picture may take (20).")]
    public double? ImageTimeout { get; init; }

    [CommandOption("--allow-outside"), Description("The table may name images outside --root.")]
    public bool AllowOutside { get; init; }

    [CommandOption("--cache <DIR>"), Description("Where decoded images are kept ($EFFACE_CACHE, or the user's cache folder).")]
    public string? Cache { get; init; }

    [CommandOption("--workers <N>"), Description("Images decoded at once, and batches gathered at once (one a core; one).")]
    public int? Workers { get; init; }

    [CommandOption("--limit <N>"), Description("At most so many images of each part.")]
    public int? Limit { get; init; }

    /// <summary>The flags over <paramref name="file"/>.</summary>
    protected ReadingOptions ToReading(ReadingOptions file) =>
        file with
        {
            Table = Table ?? file.Table,
            Images = Images ?? file.Images,
            ImageColumn = ImageColumn ?? file.ImageColumn,
            SplitColumn = SplitColumn ?? file.SplitColumn,
            GroupColumn = GroupColumn ?? file.GroupColumn,
            Levels = Levels?.Split(',', StringSplitOptions.TrimEntries) ?? file.Levels,
            Missing = Missing ?? file.Missing,
            Bin = Bin ?? file.Bin,
            Map = Map ?? file.Map,
            Only = Only ?? file.Only,
            Drop = Drop ?? file.Drop,
            OnBad = OnBad ?? file.OnBad,
            Resize = Resize ?? file.Resize,
            Background = Background ?? file.Background,
            MaxPixels = MaxPixels ?? file.MaxPixels,
            MaxFileMegabytes = MaxFileMegabytes ?? file.MaxFileMegabytes,
            ImageTimeout = ImageTimeout ?? file.ImageTimeout,
            AllowOutside = AllowOutside || file.AllowOutside,
            Cache = Cache ?? file.Cache,
            Workers = Workers ?? file.Workers,
        };
}
