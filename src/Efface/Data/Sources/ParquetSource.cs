using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Pixels;
using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>
/// Parquet files as Hugging Face lays them out: a column of pictures (a struct of bytes and path), columns of labels with class names in
/// the file's own metadata, and parts from the files' names (<c>train-00000-of-00002.parquet</c>, or <c>train/0000.parquet</c>).
/// </summary>
internal static class ParquetSource
{
    public static LabelSheet Read(DataOptions options) => Read(options, "parquet");

    /// <summary>The same for a data set with another name.</summary>
    public static LabelSheet Read(DataOptions options, string name)
    {
        var (root, reading) = (options.Root!, options.Reading);
        string[] files =
        [
            .. Directory
                .EnumerateFiles(root, "*.parquet", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
                .Where(file => !file.Split('/').Any(step => step.StartsWith('.')))
                .Order(StringComparer.Ordinal),
        ];
        if (files.Length == 0)
            throw new InvalidInputException(root, "holds no .parquet file", "Give `DataOptions.Root` the folder of the data set");
        var picture = ImageColumn(root, files[0], reading.ImageColumn);
        var (labels, classes) = ParquetFiles.With(Path.Combine(root, files[0]), reader =>
            (
                ParquetFiles.LabelFields(reader.Schema).Select(field => field.Name).Where(column => column != picture).ToArray(),
                ParquetFiles.ClassNames(reader)
            )
        );

        var needed = options.Needed;
        SheetColumnBuilder[] builders =
        [
            .. labels.Select(column => new SheetColumnBuilder(column, needed.Contains(column) ? int.MaxValue : DelimitedText.MostClasses)),
        ];
        var (groups, places) = (new List<ParquetGroup>(), new List<(string File, int Row)>());
        foreach (var file in files)
            ReadLabels(root, file, picture, labels, classes, builders, groups, places);

        var draft = new SheetDraft(places.Count, row => (places[row].File, places[row].Row));
        SheetColumn[] columns =
        [
            .. builders.Zip(labels, (builder, label) =>
                classes.TryGetValue(label, out var names) ? Named(draft, builder.BuildAsRead(), names) : builder.Build()
            ),
        ];
        var split = columns.FirstOrDefault(column => column.Name == reading.SplitColumn);
        if (split is null && reading.SplitColumn is { } wanted)
            throw new InvalidInputException(
                $"`ReadingOptions.SplitColumn` {wanted}",
                $"no such column in {files[0]}",
                $"Its columns are {string.Join(", ", labels)}"
            );
        return draft.Finish(
            new LabelSheet
            {
                Name = name,
                Columns = [.. columns.Where(column => column != split)],
                Images = new CachedImages(new ParquetImages(root, groups), root),
                ImageOfRow = [.. Enumerable.Range(0, places.Count)],
                Parts = split is not null ? draft.Parts(split) : PartsOf(files, places),
                Place = row => (places[row].File, places[row].Row),
            },
            []
        );
    }

    private static string ImageColumn(string root, string file, string? named)
    {
        string[] found = ParquetFiles.With(Path.Combine(root, file), reader => ParquetFiles.ImageColumns(reader.Schema).ToArray());
        if (named is not null)
            return found.Contains(named)
                ? named
                : throw new InvalidInputException(
                    $"`ReadingOptions.ImageColumn` {named}",
                    $"holds no pictures in {file}",
                    $"Those that do are {string.Join(", ", found)}"
                );
        return found.Length == 1
            ? found[0]
            : throw new InvalidInputException(
                Path.Combine(root, file),
                found.Length == 0
                    ? "has no column of pictures (bytes, or a struct with bytes)"
                    : $"has several columns of pictures: {string.Join(", ", found)}",
                "Choose one with `ReadingOptions.ImageColumn`"
            );
    }

    private static void ReadLabels(
        string root,
        string file,
        string picture,
        string[] labels,
        IReadOnlyDictionary<string, string[]> classes,
        SheetColumnBuilder[] builders,
        List<ParquetGroup> groups,
        List<(string, int)> places
    ) => ParquetFiles.With(Path.Combine(root, file), reader =>
        {
            var fields = ParquetFiles.LabelFields(reader.Schema).ToDictionary(field => field.Name);
            var bytes = ParquetFiles.ImageBytes(reader.Schema, picture);
            if (bytes is null || labels.Any(label => !fields.ContainsKey(label)))
                throw new InvalidInputException(
                    Path.Combine(root, file),
                    "has other columns than the first file",
                    "Give `DataOptions.Root` the folder of one data set (one configuration)"
                );
            var from = 0;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                using var rows = reader.OpenRowGroupReader(group);
                var count = (int)rows.RowCount;
                foreach (var (label, builder) in labels.Zip(builders))
                foreach (var value in ParquetFiles.ReadText(reader, group, fields[label]))
                    builder.Add(Missing(value, classes.ContainsKey(label)));
                groups.Add(new ParquetGroup(file, group, from, count, picture));
                for (var row = 0; row < count; row++)
                    places.Add((file, from + row));
                from += count;
            }
            return true;
        });

    /// <summary>The value, or null: Hugging Face writes -1 for an unknown class.</summary>
    public static string? Missing(string? value, bool isClass) => isClass && value == "-1" ? null : value;

    /// <summary>A column of Hugging Face's numbers, with the names from its metadata.</summary>
    public static SheetColumn Named(SheetDraft draft, SheetColumn column, string[] names) =>
        column.IsOpen
            ? column
            : draft.Recode(
                column,
                [.. names.Select((name, code) => (code.ToString(CultureInfo.InvariantCulture), name))],
                "Its classes stand in the file's metadata: mend the value, or take the row out"
            );

    private static Part[]? PartsOf(string[] files, List<(string File, int Row)> places)
    {
        var parts = files.ToDictionary(
            file => file,
            file =>
                SplitNames.PartOf(Path.GetFileName(file).Split('-', '.', '_')[0])
                ?? (file.Contains('/') ? SplitNames.PartOf(file.Split('/')[^2]) : null)
        );
        if (parts.Values.All(part => part is null))
            return null;
        Problem[] unknown =
        [
            .. parts
                .Where(pair => pair.Value is null)
                .Select(pair => new Problem(
                    pair.Key,
                    "its name says neither train, validation nor test, as others do",
                    "Rename it, such as train-00000.parquet, or take it out"
                )),
        ];
        return unknown.Length == 0 ? [.. places.Select(place => parts[place.File]!.Value)] : throw new InvalidInputException(unknown);
    }
}
