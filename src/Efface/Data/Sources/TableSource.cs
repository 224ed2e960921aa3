using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>Any CSV or TSV with a column of image names and columns of labels.</summary>
internal static class TableSource
{
    private static readonly string[] ImageColumns =
    [
        "file",
        "image",
        "path",
        "filename",
        "file_name",
        "filepath",
        "image_id",
        "image_path",
        "img",
    ];

    public static LabelSheet Read(DataOptions options)
    {
        var (root, reading) = (options.Root!, options.Reading);
        var file = Table(root, reading);
        var header = DelimitedText.Header(Path.Combine(root, file));
        var imageColumn = ImageColumn(file, header, reading);
        RequireColumns(file, header, options);

        var needed = options.Needed;
        var table = DelimitedText.Read(root, [file], name => name == imageColumn ? ColumnUse.Names
            : needed.Contains(name) ? ColumnUse.Needed
            : ColumnUse.Classes);
        var draft = new SheetDraft(table.Places.Count, table.Place);
        var (images, ofRow) = draft.Pictures(
            table[imageColumn],
            root,
            ImageFolder(root, file, table[imageColumn], reading),
            reading.AllowOutside
        );
        var parts = reading.SplitColumn is { } split ? draft.Parts(table[split]) : null;
        SheetColumn[] labels = [.. table.Columns.Where(column => column.Name != imageColumn && column.Name != reading.SplitColumn)];
        return draft.Finish(
            new LabelSheet
            {
                Name = "table",
                Columns = labels,
                Images = images,
                ImageOfRow = ofRow,
                Parts = parts,
                Place = table.Place,
                Findings = [.. labels.SelectMany(Look)],
            },
            table.Faults
        );
    }

    private static string Table(string root, ReadingOptions reading)
    {
        if (reading.Table is { } named)
            return reading.AllowOutside || ImagePaths.StaysInside(named)
                ? named
                : throw new InvalidInputException(
                    $"`ReadingOptions.Table` {named}",
                    "lies outside the root",
                    "Move it below `DataOptions.Root`, or give `ReadingOptions.AllowOutside`"
                );
        string[] found =
        [
            .. new DirectoryInfo(root)
                .EnumerateFiles()
                .Where(file => file.Extension.ToLowerInvariant() is ".csv" or ".tsv" && !file.Name.StartsWith('.'))
                .Select(file => file.Name)
                .Order(StringComparer.Ordinal),
        ];
        return found.Length == 1
            ? found[0]
            : throw new InvalidInputException(
                "`ReadingOptions.Table`",
                found.Length == 0
                    ? $"missing, and {root} holds no .csv or .tsv"
                    : $"missing, and {root} holds several: {string.Join(", ", found)}",
                "Name the table, relative to `DataOptions.Root`"
            );
    }

    private static string ImageColumn(string file, string[] header, ReadingOptions reading)
    {
        if (reading.ImageColumn is { } named)
            return named; // whether it exists is checked with the others
        string[] found = [.. header.Where(name => ImageColumns.Contains(name, StringComparer.OrdinalIgnoreCase))];
        return found.Length == 1
            ? found[0]
            : throw new InvalidInputException(
                "`ReadingOptions.ImageColumn`",
                $"missing, and the header of {file} does not say which column names the images",
                $"Choose one of {string.Join(", ", header)}"
            );
    }

    private static void RequireColumns(string file, string[] header, DataOptions options)
    {
        var asked = new (string Property, string? Name)[]
        {
            ("`ReadingOptions.ImageColumn`", options.Reading.ImageColumn),
            ("`ReadingOptions.SplitColumn`", options.Reading.SplitColumn),
            ("`ReadingOptions.GroupColumn`", options.Reading.GroupColumn),
        };
        Problem[] problems =
        [
            .. asked
                .Where(named => named.Name is not null && !header.Contains(named.Name))
                .Select(named => new Problem(
                    $"{named.Property} {named.Name}",
                    $"no such column in {file}",
                    $"Its columns are {string.Join(", ", header)}"
                )),
        ];
        if (problems.Length > 0)
            throw new InvalidInputException(problems);
    }

    // Names are relative to --images, else to the table's own folder, else to "images" beside the table: wherever the first picture is
    // found.
    private static string ImageFolder(string root, string file, SheetColumn names, ReadingOptions reading)
    {
        if (reading.Images is { } named)
            return !reading.AllowOutside && !ImagePaths.StaysInside(named)
                    ? throw new InvalidInputException(
                        $"`ReadingOptions.Images` {named}",
                        "lies outside the root",
                        "Move it below `DataOptions.Root`, or give `ReadingOptions.AllowOutside`"
                    )
                : Directory.Exists(Path.Combine(root, named)) ? Path.TrimEndingDirectorySeparator(named)
                : throw new InvalidInputException(
                    $"`ReadingOptions.Images` {named}",
                    $"no such folder in {root}",
                    "Name it relative to `DataOptions.Root`"
                );
        var beside = Path.GetDirectoryName(file) ?? "";
        string[] places = [beside, beside.Length == 0 ? "images" : $"{beside}/images"];
        return Array.Find(places, place =>
            names.Values.Take(100).Any(name => ImagePaths.StaysInside(name) && File.Exists(Path.Combine(root, place, name)))
        ) ?? beside;
    }

    private static IEnumerable<Finding> Look(SheetColumn column)
    {
        if (column.IsOpen)
            yield return new Finding(
                $"column {column.Name} has more than {DelimitedText.MostClasses:N0} different values and is no column of classes",
                1,
                [],
                "Nothing to do, unless you want it: then bin it (--bin) or name it"
            );
    }
}
