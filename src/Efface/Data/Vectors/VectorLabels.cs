using Efface.Data.Files;
using Efface.Data.Labels;
using Efface.Data.Sheets;
using Efface.Data.Sources;
using Parquet;

namespace Efface.Data.Vectors;

/// <summary>The labels of another program's representations, row by row as in their file.</summary>
/// <param name="Rows">The positions of rows, and which are refused.</param>
/// <param name="Columns">Every column that was read, including open ones.</param>
internal sealed record VectorLabels(SheetDraft Rows, IReadOnlyList<SheetColumn> Columns)
{
    /// <summary>The column called <paramref name="name"/>; null for null.</summary>
    public SheetColumn? Column(string? name) => name is null ? null : Columns.First(column => column.Name == name);

    /// <summary>The names of a file's columns that can be labels.</summary>
    /// <exception cref="InvalidInputException">It is missing, damaged, or not a table.</exception>
    public static string[] Names(string path)
    {
        UserFile.Require(path);
        return UserFile.Guard(path, () =>
            IsParquet(path)
                ? ParquetFiles.With(path, reader => ParquetFiles.LabelFields(reader.Schema).Select(field => field.Name).ToArray())
                : DelimitedText.Header(path)
        );
    }

    /// <summary>Reads the columns that are not in <paramref name="without"/>.</summary>
    /// <param name="options">The file, and what its columns mean.</param>
    /// <param name="without">Columns that are vectors.</param>
    /// <param name="whole">Whether columns with many values are kept too, because they may name rows; else only those that
    /// <paramref name="shared"/> names.</param>
    /// <param name="shared">Columns that the representations also have.</param>
    public static VectorLabels Read(
        VectorOptions options,
        IReadOnlyCollection<string> without,
        bool whole = false,
        IReadOnlyCollection<string>? shared = null
    )
    {
        var (needed, vectors) = (
            options.Named.Select(named => named.Name).Concat(ColumnRules.Needed(options.Rules)).Concat(shared ?? []).ToHashSet(),
            without.ToHashSet()
        );
        ColumnUse Use(string name) =>
            vectors.Contains(name) ? ColumnUse.Skip
            : name == options.Key ? ColumnUse.Names
            : whole || needed.Contains(name) ? ColumnUse.Needed
            : ColumnUse.Classes;
        return UserFile.Guard(options.Labels, () =>
            IsParquet(options.Labels) ? FromParquet(options.Labels, Use) : FromText(options.Labels, Use)
        );
    }

    /// <summary>The final labels: without missing ones, after the user's rules.</summary>
    /// <exception cref="InvalidInputException">A rule names something that does not exist, or task or attribute have no
    /// classes.</exception>
    public (VectorLabels Labels, IReadOnlyList<Finding> Findings) Judged(VectorOptions options, IReadOnlyCollection<string> chosen)
    {
        // Keys, parts and groups are names, not labels: an id of -1 or unknown is as good as others.
        string?[] names = [options.Key, options.SplitColumn, options.GroupColumn];
        var ruled = ColumnRules.Needed(options.Rules);
        var labels = Columns
            .Where(column => chosen.Contains(column.Name) || ruled.Contains(column.Name) || !names.Contains(column.Name))
            .ToArray();
        var (judged, findings) = LabelJudge.Judge(labels, Rows, options.Rules, chosen, options.Labels);
        var byName = judged.ToDictionary(column => column.Name);
        return (this with { Columns = [.. Columns.Select(column => byName.GetValueOrDefault(column.Name) ?? column)] }, findings);
    }

    private static bool IsParquet(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".parquet" => true,
            ".csv" or ".tsv" => false,
            var other => throw new InvalidInputException(
                $"`VectorOptions.Labels` {path}",
                $"is of a format that holds no labels ({other})",
                "Save the labels as .csv, .tsv or .parquet, one row an image"
            ),
        };

    // Rows with a wrong number of fields keep their place, so that the rows below are not joined to another's vector.
    private static VectorLabels FromText(string path, Func<string, ColumnUse> use)
    {
        var table = DelimitedText.Read(Path.GetDirectoryName(path) ?? "", [Path.GetFileName(path)], use);
        int[] lines = [.. table.Places.Select(place => place.Line).Concat(table.Faults.Select(fault => fault.Line!.Value)).Order()];
        var rows = new SheetDraft(lines.Length, row => (Path.GetFileName(path), lines[row]));
        foreach (var fault in table.Faults)
            rows.Refuse(Array.BinarySearch(lines, fault.Line!.Value), fault.Column, fault.Value, fault.Fault, fault.Remedy);
        int[] places = [.. table.Places.Select(place => Array.BinarySearch(lines, place.Line))];
        return new VectorLabels(
            rows,
            table.Faults.Count == 0
                ? table.Columns
                :
                [
                    .. table.Columns.Select(column =>
                        column.IsOpen ? column : column with { Codes = Spread(column.Codes, places, lines.Length) }
                    ),
                ]
        );
    }

    private static int[] Spread(int[] codes, int[] places, int count)
    {
        var spread = new int[count];
        Array.Fill(spread, -1);
        for (var i = 0; i < codes.Length; i++)
            spread[places[i]] = codes[i];
        return spread;
    }

    private static VectorLabels FromParquet(string path, Func<string, ColumnUse> use) => ParquetFiles.With(path, reader =>
        {
            var fields = ParquetFiles.LabelFields(reader.Schema).Where(field => use(field.Name) is not ColumnUse.Skip).ToArray();
            var classes = ParquetFiles.ClassNames(reader);
            var count = Enumerable.Range(0, reader.RowGroupCount).Sum(group => RowsOf(reader, group));
            if (count is < 0 or > int.MaxValue)
                throw new InvalidDataException($"it claims {count:N0} rows");
            var rows = new SheetDraft((int)count, row => (Path.GetFileName(path), row));
            return new VectorLabels(
                rows,
                [
                    .. fields.Select(field =>
                    {
                        var builder = new SheetColumnBuilder(
                            field.Name,
                            use(field.Name) is ColumnUse.Classes ? DelimitedText.MostClasses : int.MaxValue
                        );
                        for (var group = 0; group < reader.RowGroupCount; group++)
                            foreach (var value in ParquetFiles.ReadText(reader, group, field))
                                builder.Add(ParquetSource.Missing(value, classes.ContainsKey(field.Name)));
                        return use(field.Name) is ColumnUse.Names ? builder.BuildAsRead()
                            : classes.TryGetValue(field.Name, out var names) ? ParquetSource.Named(rows, builder.BuildAsRead(), names)
                            : builder.Build();
                    }),
                ]
            );
        });

    private static long RowsOf(ParquetReader reader, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        return rows.RowCount;
    }
}
