using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Efface.Tests.Data.Sources;

/// <summary>A row of a file as Hugging Face writes it.</summary>
internal sealed record ParquetRow(byte[]? Image, long? Label, string? Name = null);

/// <summary>Parquet files in memory.</summary>
internal static class ToyParquet
{
    private static readonly DataField<byte[]> Bytes = new("bytes");
    private static readonly DataField<string> Path = new("path"),
        Name = new("name");
    private static readonly DataField<long?> Label = new("label");

    /// <summary>
    /// Rows with pictures of one colour, numbered from <paramref name="from"/>, whose labels count up to <paramref name="classes"/>.
    /// </summary>
    public static ParquetRow[] Rows(int from, int count, int classes) =>
        [.. Enumerable.Range(from, count).Select(i => new ParquetRow(ToyFolder.Png(i), i % classes, $"n{i}"))];

    /// <summary>Columns image, label and name, in row groups; the label's classes stand in the metadata when there are any.</summary>
    public static byte[] OfGroups(string[]? classes, params ParquetRow[][] groups) =>
        Of(
            new ParquetSchema(new StructField("image", Bytes, Path), Label, Name),
            classes is null ? null : Features(classes),
            [
                .. groups.Select<ParquetRow[], Action<ParquetRowGroupWriter>>(rows =>
                    writer =>
                    {
                        Wait(writer.WriteAsync(Bytes, [.. rows.Select(row => row.Image!)]));
                        Wait(writer.WriteAsync(Path, [.. rows.Select(_ => "x.png")]));
                        Wait(writer.WriteAsync<long>(Label, rows.Select(row => row.Label).ToArray()));
                        Wait(writer.WriteAsync(Name, [.. rows.Select(row => row.Name!)]));
                    }
                ),
            ]
        );

    /// <summary>The same in one row group.</summary>
    public static byte[] Of(string[]? classes, params ParquetRow[] rows) => OfGroups(classes, rows);

    /// <summary>Any columns; each action writes one row group.</summary>
    public static byte[] Of(ParquetSchema schema, string? features, params Action<ParquetRowGroupWriter>[] groups)
    {
        using var stream = new MemoryStream();
        var writer = ParquetWriter.CreateAsync(schema, stream).GetAwaiter().GetResult();
        if (features is not null)
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = features };
        foreach (var write in groups)
        {
            using var group = writer.CreateRowGroup();
            write(group);
        }
        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>Waits for what a writer does.</summary>
    public static void Wait(object writing)
    {
        if (writing is ValueTask value)
            value.AsTask().GetAwaiter().GetResult();
        else
            ((Task)writing).GetAwaiter().GetResult();
    }

    private static string Features(string[] classes) =>
        """{"info":{"features":{"label":{"names":NAMES,"_type":"ClassLabel"},"image":{"_type":"Image"}}}}""".Replace(
            "NAMES",
            JsonSerializer.Serialize(classes),
            StringComparison.Ordinal
        );
}
