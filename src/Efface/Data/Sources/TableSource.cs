using System.Globalization;

namespace Efface.Data;

/// <summary>Any CSV or TSV with a column of image names and columns of labels.</summary>
internal static class TableSource
{
    private static readonly string[] ImageColumns = ["file", "image", "path", "filename", "file_name", "filepath", "image_id", "image_path", "img"];

    public static LabelSheet Read(DataOptions options)
    {
        var (root, reading) = (options.Root!, options.Reading);
        var file = Table(root, reading);
        var header = DelimitedText.Header(Path.Combine(root, file));
        var imageColumn = ImageColumn(file, header, reading);
        RequireColumns(file, header, options);

        var needed = ColumnRules.Needed(options);
        var table = DelimitedText.Read(root, [file], name => name == imageColumn ? ColumnUse.Names : needed.Contains(name) ? ColumnUse.Needed : ColumnUse.Classes);
        var draft = new SheetDraft(table.Places.Count, table.Place);
        var (images, ofRow) = draft.Pictures(table[imageColumn], root, ImageFolder(root, file, table[imageColumn], reading), reading.AllowOutside);
        var parts = reading.SplitColumn is { } split ? draft.Parts(table[split]) : null;
        SheetColumn[] labels = [.. table.Columns.Where(column => column.Name != imageColumn && column.Name != reading.SplitColumn)];
        return draft.Finish(new LabelSheet
        {
            Name = "table",
            Columns = labels,
            Images = images,
            ImageOfRow = ofRow,
            Parts = parts,
            Place = table.Place,
            Findings = [.. labels.SelectMany(Look)],
        }, table.Faults);
    }

    private static string Table(string root, ReadingOptions reading)
    {
        if (reading.Table is { } named)
            return reading.AllowOutside || ImagePaths.StaysInside(named) ? named
                : throw new InvalidInputException($"--table {named}", "lies outside the root", "Move it below --root, or give --allow-outside");
        string[] found = [.. new DirectoryInfo(root).EnumerateFiles()
            .Where(file => file.Extension.ToLowerInvariant() is ".csv" or ".tsv" && !file.Name.StartsWith('.')).Select(file => file.Name).Order(StringComparer.Ordinal)];
        return found.Length == 1 ? found[0] : throw new InvalidInputException("--table",
            found.Length == 0 ? $"missing, and {root} holds no .csv or .tsv" : $"missing, and {root} holds several: {string.Join(", ", found)}", "Name the table, relative to --root");
    }

    private static string ImageColumn(string file, string[] header, ReadingOptions reading)
    {
        if (reading.ImageColumn is { } named) return named; // that it is there is checked with the others
        string[] found = [.. header.Where(name => ImageColumns.Contains(name, StringComparer.OrdinalIgnoreCase))];
        return found.Length == 1 ? found[0] : throw new InvalidInputException("--image-column",
            $"missing, and the header of {file} does not say which column names the images", $"Choose one of {string.Join(", ", header)}");
    }

    private static void RequireColumns(string file, string[] header, DataOptions options)
    {
        var asked = new (string Flag, string? Name)[]
        {
            ("--image-column", options.Reading.ImageColumn), ("--split-column", options.Reading.SplitColumn), ("--group-column", options.Reading.GroupColumn),
        };
        Problem[] problems = [.. asked.Where(flag => flag.Name is not null && !header.Contains(flag.Name))
            .Select(flag => new Problem($"{flag.Flag} {flag.Name}", $"no such column in {file}", $"Its columns are {string.Join(", ", header)}"))];
        if (problems.Length > 0) throw new InvalidInputException(problems);
    }

    // Names are relative to --images, else to the table's own folder, else to "images" beside the table: where the first picture is.
    private static string ImageFolder(string root, string file, SheetColumn names, ReadingOptions reading)
    {
        if (reading.Images is { } named)
            return !reading.AllowOutside && !ImagePaths.StaysInside(named) ? throw new InvalidInputException($"--images {named}", "lies outside the root", "Move it below --root, or give --allow-outside")
                : Directory.Exists(Path.Combine(root, named)) ? Path.TrimEndingDirectorySeparator(named)
                : throw new InvalidInputException($"--images {named}", $"no such folder in {root}", "Name it relative to --root");
        var beside = Path.GetDirectoryName(file) ?? "";
        string[] places = [beside, beside.Length == 0 ? "images" : $"{beside}/images"];
        return Array.Find(places, place => names.Values.Take(100).Any(name => ImagePaths.StaysInside(name) && File.Exists(Path.Combine(root, place, name)))) ?? beside;
    }

    private static IEnumerable<Finding> Look(SheetColumn column)
    {
        if (column.IsOpen)
            yield return new Finding($"column {column.Name} has more than {DelimitedText.MostClasses:N0} different values and is no column of classes", 1, [], "Nothing to do, unless you want it: then bin it (--bin) or name it");
        if (column.Values.Contains("-1") && column.Values.Contains("0") && column.Values.Contains("1"))
            yield return new Finding($"column {column.Name} mixes -1/1 with 0/1 and is read as it is written", 1, ["-1, 0, 1"], $"If -1 and 0 both mean no, give --map {column.Name}=-1+0:0");
        string[][] alike = [.. column.Values.GroupBy(value => value.ToUpperInvariant()).Where(group => group.Count() > 1).Select(group => group.ToArray())];
        if (alike.Length > 0)
            yield return new Finding($"column {column.Name} has values that differ in capitals alone", alike.Length, [.. alike.Take(5).Select(values => string.Join(", ", values))],
                $"If they mean one class, give --map {column.Name}={string.Join('+', alike[0])}:{alike[0][0]}");
        string[] words = [.. column.Values.Where(value => !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))];
        if (words.Length > 0 && column.Values.Count - words.Length > 9 * words.Length)
            yield return new Finding($"column {column.Name} holds numbers and some values that are none", words.Length, [.. words.Take(5)], "Mend them; with --bin their rows cannot be used");
        string[] broken = [.. column.Values.Where(value => value.Contains('\uFFFD'))];
        if (broken.Length > 0)
            yield return new Finding($"column {column.Name} has values with bytes that are not UTF-8", broken.Length, [.. broken.Take(5)], "Save the table as UTF-8");
    }
}
