using Parquet;
using Parquet.Schema;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Vectors in a parquet file: one column of lists of numbers, or columns of numbers.</summary>
internal static class ParquetVectors
{
    // Dictionaries and runs shrink what repeats itself; nothing real shrinks so much.
    private const long MostExpansion = 1_000, SmallBytes = 1 << 28, NoCode = long.MinValue;

    /// <summary>Looks at the schema.</summary>
    public static VectorFile Open(VectorRequest request) => ParquetFiles.With(request.Path, reader =>
    {
        var lists = Lists(reader.Schema);
        var numeric = Numeric(reader.Schema);
        var list = request.Array is { } wanted ? lists.GetValueOrDefault(wanted) : lists.Count == 1 ? lists.Values.First() : null;
        if (list is not null)
        {
            if (request.Key is { } key && !ParquetFiles.LabelFields(reader.Schema).Any(field => field.Name == key))
                throw new InvalidInputException($"--key {key}", $"no such column in {request.Path}", $"Its columns are {string.Join(", ", reader.Schema.Fields.Select(field => field.Name))}");
            return new VectorFile([], [], watch => Read(request, (file, rows) => ReadList(request, file, list, rows, watch)));
        }
        if (lists.Count > 1 && request.Array is null)
            throw new InvalidInputException(request.Path, $"has several columns of lists of numbers: {string.Join(", ", lists.Keys)}", "Choose one with --array");
        var chosen = VectorColumns.Choose(request, [.. numeric.Keys], [.. reader.Schema.Fields.Select(field => field.Name).Except(numeric.Keys)]);
        DataField[] fields = [.. chosen.Names.Select(name => numeric[name])];
        return new VectorFile(chosen.Names, chosen.Notes, watch => Read(request, (file, rows) => ReadColumns(request, file, fields, rows, watch)));
    });

    private static Dictionary<string, DataField> Numeric(ParquetSchema schema)
        => schema.Fields.OfType<DataField>().Where(field => !field.IsArray && IsNumber(field)).ToDictionary(field => field.Name);

    private static Dictionary<string, DataField> Lists(ParquetSchema schema) => schema.Fields
        .Select(field => (field.Name, Item: field is ListField list ? list.Item as DataField : field is DataField { IsArray: true } array ? array : null))
        .Where(pair => pair.Item is not null && IsNumber(pair.Item)).ToDictionary(pair => pair.Name, pair => pair.Item!);

    private static bool IsNumber(DataField field) => field.ClrType != typeof(bool) && field.ClrType != typeof(char) && field.ClrType.IsPrimitive || field.ClrType == typeof(Half);

    private static bool IsInteger(DataField field) => IsNumber(field) && field.ClrType != typeof(float) && field.ClrType != typeof(double) && field.ClrType != typeof(Half);

    private static RawVectors Read(VectorRequest request, Func<ParquetReader, SheetDraft, Tensor> read) => ParquetFiles.With(request.Path, reader =>
    {
        var count = Enumerable.Range(0, reader.RowGroupCount).Sum(group => RowsOf(reader, group));
        if (count is < 0 or > int.MaxValue) throw new InvalidDataException($"it claims {count:N0} rows");
        var rows = new SheetDraft((int)count, row => (request.File, row));
        return new RawVectors(read(reader, rows), request.Key is { } key ? Keys(reader, key) : null, rows);
    });

    private static string?[] Keys(ParquetReader reader, string key)
    {
        var field = ParquetFiles.LabelFields(reader.Schema).FirstOrDefault(field => field.Name == key) ?? throw new NotSupportedException($"column {key} holds no text or numbers");
        return [.. Enumerable.Range(0, reader.RowGroupCount).SelectMany(group => ParquetFiles.ReadText(reader, group, field)).Select(text => text?.Trim() is { Length: > 0 } name ? name : null)];
    }

    private static long RowsOf(ParquetReader reader, int group)
    {
        using var rows = reader.OpenRowGroupReader(group);
        return rows.RowCount >= 0 ? rows.RowCount : throw new InvalidDataException("a row group claims fewer rows than none");
    }

    private static Tensor Allocate(VectorRequest request, long rows, long width, ScalarType type)
    {
        var bytes = RowTensor.Count(request.Path, [rows, Math.Max(1, width), sizeof(float)]);
        if (bytes > SmallBytes && bytes / MostExpansion > new FileInfo(request.Path).Length) throw new InvalidDataException($"it claims {rows:N0} rows of {width:N0} numbers");
        return RowTensor.Allocate(request.Path, type == ScalarType.Int64 ? [rows] : [rows, width], type);
    }

    private static Tensor ReadColumns(VectorRequest request, ParquetReader reader, DataField[] fields, SheetDraft rows, ReadingWatch watch)
    {
        var isCode = fields is [var only] && IsInteger(only);
        var values = Allocate(request, rows.Count, fields.Length, isCode ? ScalarType.Int64 : ScalarType.Float32);
        for (int group = 0, from = 0; group < reader.RowGroupCount; group++)
        {
            using var groupReader = reader.OpenRowGroupReader(group);
            var count = (int)groupReader.RowCount;
            for (var column = 0; column < fields.Length; column++)
            {
                using var data = groupReader.ReadRawColumnDataBaseAsync(fields[column], default).AsTask().GetAwaiter().GetResult();
                if (isCode) Place(values, from, ParquetNumbers.Cells(data, fields[column], count, NoCode), rows);
                else Scatter(values, from, column, ParquetNumbers.Cells(data, fields[column], count, float.NaN));
                watch.Reached(from, rows.Count);
            }
            from += count;
        }
        return values;
    }

    private static void Place(Tensor values, int from, long[] codes, SheetDraft rows)
    {
        for (var row = 0; row < codes.Length; row++)
            if (codes[row] == NoCode) rows.Refuse(from + row, null, null, "has no code", "Fill it in, or take the row out");
        if (codes.Length > 0) codes.CopyTo(RowTensor.Rows<long>(values, from, codes.Length));
    }

    private static void Scatter(Tensor values, int from, int column, ReadOnlySpan<float> cells)
    {
        var width = (int)values.shape[1];
        for (var row = 0; row < cells.Length;)
        {
            // A whole column at a time, in pieces that a span can hold.
            var some = Math.Min(cells.Length - row, Math.Max(1, (1 << 24) / width));
            var numbers = RowTensor.Rows<float>(values, from + row, some);
            for (var i = 0; i < some; i++) numbers[i * width + column] = cells[row + i];
            row += some;
        }
    }

    private static Tensor ReadList(VectorRequest request, ParquetReader reader, DataField field, SheetDraft rows, ReadingWatch watch)
    {
        Tensor? values = null;
        for (int group = 0, from = 0; group < reader.RowGroupCount; group++)
        {
            using var groupReader = reader.OpenRowGroupReader(group);
            using var data = groupReader.ReadRawColumnDataBaseAsync(field, default).AsTask().GetAwaiter().GetResult();
            var (numbers, ends) = ParquetNumbers.Lists(data, field);
            if (ends.Length != groupReader.RowCount) throw new InvalidDataException($"a column has {ends.Length:N0} lists for {groupReader.RowCount:N0} rows");
            var width = values?.shape[1] ?? ends.Zip(ends.Prepend(0), (end, begin) => end - begin).FirstOrDefault(length => length > 0);
            if (values is null && width > 0) values = Allocate(request, rows.Count, width, ScalarType.Float32);
            for (var row = 0; row < ends.Length; row++)
            {
                var list = numbers.AsSpan((row == 0 ? 0 : ends[row - 1])..ends[row]);
                if (values is not null && list.Length == width) list.CopyTo(RowTensor.Rows<float>(values, from + row));
                else rows.Refuse(from + row, null, $"{list.Length:N0} numbers", "has a list of another length than the first row that has one", "Write lists of one length, or take the row out");
            }
            from += ends.Length;
            watch.Reached(from, rows.Count);
        }
        return values ?? throw new InvalidInputException(request.Path, "has lists without numbers alone", "Write the vectors as lists of numbers");
    }
}
