using Efface.Data.Files;
using Efface.Data.Sheets;
using Parquet;
using Parquet.Schema;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>How the vectors lie in a parquet file.</summary>
/// <param name="Chosen">The columns that make up the vectors.</param>
/// <param name="Fields">Their numbers, column by column.</param>
/// <param name="Width">Numbers per row.</param>
internal sealed record ParquetLayout(VectorColumns Chosen, DataField[] Fields, int Width) : VectorLayout
{
    /// <summary>Whether a row has one whole number.</summary>
    public bool IsCode => !Chosen.AreLists && Fields is [var only] && ParquetVectors.IsInteger(only);
}

/// <summary>Vectors in a parquet file: one column of lists of numbers, or columns of numbers.</summary>
internal static class ParquetVectors
{
    // Dictionaries and runs compress repetition; no real data compress this well.
    private const long MostExpansion = 1_000,
        SmallBytes = 1 << 28,
        NoCode = long.MinValue;

    /// <summary>Examines the schema.</summary>
    public static VectorFile Open(VectorRequest request) => ParquetFiles.With(request.Path, reader =>
        {
            var chosen = VectorColumns.Choose(
                request,
                [.. reader.Schema.Fields.Select(field => new TableColumn(field.Name, ContentOf(field)))]
            );
            var labels = ParquetFiles.LabelFields(reader.Schema).ToDictionary(field => field.Name);
            if (request.Key is { } key && !labels.ContainsKey(key))
                throw new InvalidInputException(
                    $"`VectorOptions.Key` {key}",
                    $"holds no keys in {request.Path}",
                    $"Its columns of text or whole numbers are {string.Join(", ", labels.Keys)}"
                );
            DataField[] fields = [.. chosen.Names.Select(name => Numbers(reader.Schema.Fields.First(field => field.Name == name))!)];
            var width = chosen.AreLists ? UsualLength(reader, fields[0]) : fields.Length;
            if (width == 0)
                throw new InvalidInputException(request.Path, "has lists without numbers alone", "Write the vectors as lists of numbers");
            var layout = new ParquetLayout(chosen, fields, width);
            return new VectorFile(
                new VectorOrigin(request.File, chosen.What, width, chosen.How),
                layout,
                chosen.AreLists ? [] : chosen.Names,
                [.. chosen.Notes(request.File)],
                [.. labels.Keys.Where(request.Shared.Contains)],
                [.. labels.Keys.Where(name => name != request.Key && !request.Taken.Contains(name) && !chosen.Names.Contains(name))],
                (compared, watch) => Read(request, compared, (file, rows) => ReadAll(request, file, layout, rows, watch))
            );
        });

    private static ColumnContent ContentOf(Field field) =>
        field switch
        {
            ListField list => list.Item is DataField item && IsNumber(item) ? ColumnContent.Lists : ColumnContent.Words,
            DataField data => !IsNumber(data) ? ColumnContent.Words
            : data.IsArray ? ColumnContent.Lists
            : ColumnContent.Numbers,
            _ => ColumnContent.Words,
        };

    private static DataField? Numbers(Field field) => field is ListField list ? list.Item as DataField : field as DataField;

    // The commonest: the first row is as likely to be the exception as any other.
    private static int UsualLength(ParquetReader reader, DataField field)
    {
        var lengths = new Dictionary<int, int>();
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var groupReader = reader.OpenRowGroupReader(group);
            using var data = groupReader.ReadRawColumnDataBaseAsync(field, default).AsTask().GetAwaiter().GetResult();
            var from = 0;
            foreach (var end in ParquetNumbers.Lists(data, field).Ends)
            {
                if (end > from)
                    lengths[end - from] = lengths.GetValueOrDefault(end - from) + 1;
                from = end;
            }
        }
        return lengths.Count == 0 ? 0 : lengths.MaxBy(length => length.Value).Key;
    }

    /// <summary>Whether a column holds numbers.</summary>
    public static bool IsNumber(DataField field) =>
        field.ClrType != typeof(bool) && field.ClrType != typeof(char) && field.ClrType.IsPrimitive || field.ClrType == typeof(Half);

    /// <summary>Whether a column holds whole numbers.</summary>
    public static bool IsInteger(DataField field) =>
        IsNumber(field) && field.ClrType != typeof(float) && field.ClrType != typeof(double) && field.ClrType != typeof(Half);

    private static RawVectors Read(VectorRequest request, IReadOnlyList<string> compared, Func<ParquetReader, SheetDraft, Tensor> read) =>
        ParquetFiles.With(request.Path, reader =>
        {
            var count = Enumerable.Range(0, reader.RowGroupCount).Sum(group => RowsOf(reader, group));
            if (count is < 0 or > int.MaxValue)
                throw new InvalidDataException($"it claims {count:N0} rows");
            var rows = new SheetDraft((int)count, row => (request.File, row));
            return new RawVectors(
                read(reader, rows),
                request.Key is { } key ? Keys(reader, key) : null,
                rows,
                [.. compared.Select(name => Keys(reader, name))]
            );
        });

    private static string?[] Keys(ParquetReader reader, string key)
    {
        var field = ParquetFiles.LabelFields(reader.Schema).FirstOrDefault(field => field.Name == key)
            ?? throw new NotSupportedException($"column {key} holds no text or numbers");
        return
        [
            .. Enumerable
                .Range(0, reader.RowGroupCount)
                .SelectMany(group => ParquetFiles.ReadText(reader, group, field))
                .Select(text => text?.Trim() is { Length: > 0 } name ? name : null),
        ];
    }

    private static long RowsOf(ParquetReader reader, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        return rows.RowCount >= 0 ? rows.RowCount : throw new InvalidDataException("a row group claims fewer rows than none");
    }

    private static Tensor Allocate(VectorRequest request, long rows, long width, ScalarType type)
    {
        var bytes = StoredShape.Count(request.Path, [rows, Math.Max(1, width), sizeof(float)]);
        if (bytes > SmallBytes && bytes / MostExpansion > new FileInfo(request.Path).Length)
            throw new InvalidDataException($"it claims {rows:N0} rows of {width:N0} numbers");
        return RowTensor.Allocate(request.Path, type == ScalarType.Int64 ? [rows] : [rows, width], type);
    }

    private static Tensor ReadAll(VectorRequest request, ParquetReader reader, ParquetLayout layout, SheetDraft rows, ReadingWatch watch)
    {
        var values = Allocate(request, rows.Count, layout.Width, layout.IsCode ? ScalarType.Int64 : ScalarType.Float32);
        for (int group = 0, from = 0; group < reader.RowGroupCount; group++)
        {
            using var groupReader = reader.OpenRowGroupReader(group);
            var count = (int)groupReader.RowCount;
            ReadGroup(groupReader, layout, values, from, rows, () => watch.Reached(from, rows.Count));
            from += count;
            watch.Reached(from, rows.Count);
        }
        return values;
    }

    /// <summary>Reads the vectors or codes of a row group.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="layout">How they lie in it.</param>
    /// <param name="values">Receives them.</param>
    /// <param name="from">The first row there.</param>
    /// <param name="rows">The rows of <paramref name="values"/>; those that have no vector are refused.</param>
    /// <param name="read">Called when another column is read.</param>
    public static void ReadGroup(ParquetRowGroupReader group, ParquetLayout layout, Tensor values, int from, SheetDraft rows, Action read)
    {
        for (var column = 0; column < layout.Fields.Length; column++)
        {
            var field = layout.Fields[column];
            using var data = group.ReadRawColumnDataBaseAsync(field, default).AsTask().GetAwaiter().GetResult();
            if (layout.Chosen.AreLists)
                PlaceLists(values, from, ParquetNumbers.Lists(data, field), group.RowCount, rows);
            else if (layout.IsCode)
                Place(values, from, ParquetNumbers.Cells(data, field, group.RowCount, NoCode), rows);
            else
                Scatter(values, from, column, ParquetNumbers.Cells(data, field, group.RowCount, float.NaN));
            read();
        }
    }

    private static void Place(Tensor values, int from, long[] codes, SheetDraft rows)
    {
        for (var row = 0; row < codes.Length; row++)
            if (codes[row] == NoCode)
                rows.Refuse(from + row, null, null, "has no code", "Fill it in, or take the row out");
        if (codes.Length > 0)
            codes.CopyTo(RowTensor.Rows<long>(values, from, codes.Length));
    }

    private static void Scatter(Tensor values, int from, int column, ReadOnlySpan<float> cells)
    {
        var width = (int)values.shape[1];
        for (var row = 0; row < cells.Length; )
        {
            // A whole column at a time, in pieces that fit a span.
            var some = Math.Min(cells.Length - row, Math.Max(1, (1 << 24) / width));
            var numbers = RowTensor.Rows<float>(values, from + row, some);
            for (var i = 0; i < some; i++)
                numbers[i * width + column] = cells[row + i];
            row += some;
        }
    }

    private static void PlaceLists(Tensor values, int from, (float[] Numbers, int[] Ends) lists, long count, SheetDraft rows)
    {
        var (numbers, ends) = lists;
        var width = (int)values.shape[1];
        if (ends.Length != count)
            throw new InvalidDataException($"a column has {ends.Length:N0} lists for {count:N0} rows");
        for (var row = 0; row < ends.Length; row++)
        {
            var list = numbers.AsSpan((row == 0 ? 0 : ends[row - 1])..ends[row]);
            if (list.Length == width)
                list.CopyTo(RowTensor.Rows<float>(values, from + row));
            else
                rows.Refuse(
                    from + row,
                    null,
                    $"{list.Length:N0} numbers",
                    $"has a list of another length than most, {width:N0}",
                    "Write lists of one length, or take the row out"
                );
        }
    }
}
