using Efface.Data.Files;
using Efface.Data.Sheets;
using Efface.Data.Vectors;
using Parquet;
using Parquet.Schema;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>Rewrites the vectors of a parquet file, row group by row group; other columns are carried along.</summary>
/// <param name="request">The request.</param>
/// <param name="layout">How the vectors lie in it.</param>
/// <param name="map">Applies the function.</param>
/// <param name="watch">Receives the progress.</param>
internal sealed class ParquetRewriter(RewriteRequest request, ParquetLayout layout, RowMap map, ReadingWatch watch)
{
    private const int FewestSampled = 1_000,
        KeptBytes = 1 << 24;

    // Without these the library looks for repetition in all of the numbers, and keeps the memory of every row group.
    private static readonly ParquetOptions Options = new()
    {
        DictionaryEncodingSampleSize = FewestSampled,
        MaximumSmallPoolFreeBytes = KeptBytes,
        MaximumLargePoolFreeBytes = KeptBytes,
    };

    // Descriptions of columns by other programs, which hold no longer if a column has another type.
    private static readonly string[] Descriptions = ["ARROW:schema", "huggingface"];

    /// <summary>The columns that cannot be carried along.</summary>
    public static IEnumerable<Problem> Unfit(RewriteRequest request, ParquetLayout layout) =>
        Others(request, layout)
            .Where(field => !ParquetCopy.CanCarry(field))
            .Select(field => new Problem(
                $"{request.Path} column {field.Path.FirstPart}",
                $"holds values that cannot be carried along ({Type(field)})",
                "Write the file again without it, or with the column as text or numbers"
            ));

    /// <summary>What a user should know about the columns that are carried along.</summary>
    public static IEnumerable<string> Notes(RewriteRequest request, ParquetLayout layout) =>
        Others(request, layout)
            .Where(ParquetCopy.LosesDigits)
            .Select(field => $"{request.Reading.File}: the times of column {field.Path.FirstPart} are kept to 100 nanoseconds");

    /// <summary>Writes the file.</summary>
    public void Write(Stream output) => ParquetFiles.With(request.Path, reader =>
        {
            var schema = new ParquetSchema([.. Columns(reader.Schema)]);
            var total = reader.RowGroups.Sum(group => group.RowCount);
            var writer = Wait(ParquetWriter.CreateAsync(schema, output, Options));
            try
            {
                writer.CustomMetadata = Metadata(reader);
                var done = 0;
                for (var group = 0; group < reader.RowGroupCount; group++)
                {
                    using var from = reader.OpenRowGroupReader(group);
                    using var to = writer.CreateRowGroup();
                    WriteGroup(reader.Schema, schema, from, to, done, total);
                    done += (int)from.RowCount;
                    watch.Reached(done, total);
                }
            }
            finally
            {
                writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
            return true;
        });

    private static DataField[] Others(RewriteRequest request, ParquetLayout layout) =>
        ParquetFiles.With(request.Path, reader =>
            reader.Schema.GetDataFields().Where(field => !layout.Chosen.Names.Contains(field.Path.FirstPart)).ToArray()
        );

    private static string Type(DataField field) =>
        field.SchemaElement?.ConvertedType?.ToString() ?? field.SchemaElement?.Type?.ToString() ?? field.ClrType.Name;

    // The rows of a group as they are written.
    private sealed record Group(Tensor Values, SheetDraft Rows);

    private void WriteGroup(
        ParquetSchema from,
        ParquetSchema to,
        ParquetRowGroupReader source,
        ParquetRowGroupWriter target,
        int done,
        long total
    )
    {
        using var scope = NewDisposeScope();
        var group = Map(source, done, total);
        var written = 0;
        foreach (var field in to.GetDataFields())
        {
            var name = field.Path.FirstPart!;
            if (from.GetDataFields().FirstOrDefault(old => old.Path.Equals(field.Path) && !layout.Chosen.Names.Contains(name)) is { } other)
                ParquetCopy.Carry(source, other, target, field);
            else if (map.GivesCodes)
                ParquetCopy.Write(target, field, RowTensor.Rows<long>(group.Values, 0, group.Rows.Count).ToArray(), null, null);
            else if (layout.Chosen.AreLists)
                ParquetColumns.WriteLists(target, field, group.Values, group.Rows);
            else
                ParquetColumns.WriteNumbers(target, field, group.Values, Place(name), group.Rows);
            watch.Reached(done + source.RowCount * written++ / to.DataFields.Length, total);
        }
    }

    private int Place(string name) => Array.FindIndex(layout.Fields, field => field.Path.FirstPart == name);

    private Group Map(ParquetRowGroupReader source, int done, long total)
    {
        var (file, count) = (request.Reading.File, checked((int)source.RowCount));
        var rows = new SheetDraft(count, row => (file, done + row));
        var values = RowTensor.Allocate(request.Path, [count, layout.Width], ScalarType.Float32);
        ParquetVectors.ReadGroup(source, layout, values, 0, rows, () => watch.Reached(done, total));
        var codes = map.GivesCodes ? empty(count, ScalarType.Int64) : null;
        var refused = rows.Faults.ToDictionary(fault => fault.Line!.Value - done);
        var step = RowMap.RowsAtATime(layout.Width);
        for (var from = 0; from < count; from += step)
        {
            var (begin, some) = (from, Math.Min(step, count - from));
            var chunk = new SheetDraft(some, row => (file, done + begin + row));
            for (var row = 0; row < some; row++)
                if (refused.TryGetValue(begin + row, out var fault))
                    chunk.Refuse(row, fault.Column, fault.Value, fault.Fault, fault.Remedy);
            using var taken = values.narrow(0, begin, some);
            using var mapped = map.Apply(taken, chunk);
            using var place = (codes ?? values).narrow(0, begin, some);
            place.copy_(mapped);
            foreach (var fault in chunk.Faults)
                rows.Refuse(fault.Line!.Value - done, fault.Column, fault.Value, fault.Fault, fault.Remedy);
        }
        return new Group(codes ?? values, rows);
    }

    private IEnumerable<Field> Columns(ParquetSchema schema)
    {
        var isCode = map.GivesCodes;
        foreach (var field in schema.Fields)
            if (!layout.Chosen.Names.Contains(field.Name))
                yield return field;
            else if (!map.GivesCodes)
                yield return ParquetColumns.Like(field);
            else if (isCode)
            {
                isCode = false;
                yield return new DataField<long>(VectorRewriter.Code);
            }
    }

    private Dictionary<string, string> Metadata(ParquetReader reader)
    {
        var keepsTypes = !map.GivesCodes && layout.Fields.All(ParquetColumns.KeepsType);
        return reader.CustomMetadata.Where(entry => keepsTypes || !Descriptions.Contains(entry.Key)).ToDictionary();
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
