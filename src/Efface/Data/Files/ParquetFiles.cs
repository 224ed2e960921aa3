using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Efface.Data.Files;

/// <summary>One parquet file, as far as it is used: columns of labels, row groups, metadata of Hugging Face.</summary>
internal static class ParquetFiles
{
    private static readonly Type Text = typeof(ReadOnlyMemory<char>),
        Bytes = typeof(ReadOnlyMemory<byte>);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Works with an open file.</summary>
    /// <exception cref="InvalidInputException">It is not a parquet file, or is damaged.</exception>
    public static T With<T>(string path, Func<ParquetReader, T> work)
    {
        try
        {
            using var stream = File.OpenRead(path);
            // The library loops for ever on some damaged footers; it opens intact ones in milliseconds.
            var reader = Task.Run(() => ParquetReader.CreateAsync(stream)).WaitAsync(Patience).GetAwaiter().GetResult();
            try
            {
                return work(reader);
            }
            finally
            {
                reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        // Damaged files make the library fail in many ways, which all mean the same.
        catch (Exception fault)
            when (fault
                    is not (
                        InvalidInputException
                        or UnauthorizedAccessException
                        or FileNotFoundException
                        or OperationCanceledException
                        or OutOfMemoryException
                    )
            )
        {
            throw new InvalidInputException(
                path,
                $"cannot be read as parquet ({fault.Message.Split('\n')[0].Trim().TrimEnd('.')})",
                "Download or write it again"
            );
        }
    }

    /// <summary>
    /// The column of picture bytes called <paramref name="name"/>: a struct with <c>bytes</c>, or plain bytes; null when it is something
    /// else.
    /// </summary>
    public static DataField? ImageBytes(ParquetSchema schema, string name) =>
        schema
            .GetDataFields()
            .FirstOrDefault(field => field.ClrType == Bytes && (field.Path.ToString() == $"{name}/bytes" || field.Path.ToString() == name));

    /// <summary>Names of the columns that hold pictures.</summary>
    public static IEnumerable<string> ImageColumns(ParquetSchema schema) =>
        schema.Fields.Select(field => field.Name).Where(name => ImageBytes(schema, name) is not null);

    /// <summary>The columns that can be labels.</summary>
    public static IEnumerable<DataField> LabelFields(ParquetSchema schema) =>
        schema.Fields.OfType<DataField>().Where(field => !field.IsArray && (field.ClrType == Text || field.ClrType.IsPrimitive));

    /// <summary>Names of the classes of Hugging Face's ClassLabel columns, by column.</summary>
    public static IReadOnlyDictionary<string, string[]> ClassNames(ParquetReader reader)
    {
        var names = new Dictionary<string, string[]>();
        if (reader.CustomMetadata is not { } metadata || !metadata.TryGetValue("huggingface", out var text))
            return names;
        try
        {
            using var document = JsonDocument.Parse(text);
            foreach (var feature in document.RootElement.GetProperty("info").GetProperty("features").EnumerateObject())
                if (
                    feature.Value is { ValueKind: JsonValueKind.Object }
                    && feature.Value.TryGetProperty("names", out var list)
                    && list.ValueKind == JsonValueKind.Array
                )
                    names[feature.Name] = [.. list.EnumerateArray().Select(name => name.ToString())];
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Unreadable metadata name no classes; the numbers are then the classes.
        }
        return names;
    }

    /// <summary>One column of a row group as text; null for missing values.</summary>
    public static string?[] ReadText(ParquetReader reader, int group, DataField field)
    {
        using var rows = reader.OpenRowGroupReader(group);
        if (field.ClrType == Text)
        {
            var texts = new string?[rows.RowCount];
            rows.ReadAsync(field, texts.AsMemory()).AsTask().GetAwaiter().GetResult();
            return texts;
        }
        return Type.GetTypeCode(field.ClrType) switch
        {
            TypeCode.Boolean => Read<bool>(rows, field, value => value ? "1" : "0"),
            TypeCode.SByte => Read<sbyte>(rows, field, Number),
            TypeCode.Byte => Read<byte>(rows, field, Number),
            TypeCode.Int16 => Read<short>(rows, field, Number),
            TypeCode.UInt16 => Read<ushort>(rows, field, Number),
            TypeCode.Int32 => Read<int>(rows, field, Number),
            TypeCode.UInt32 => Read<uint>(rows, field, Number),
            TypeCode.Int64 => Read<long>(rows, field, Number),
            TypeCode.UInt64 => Read<ulong>(rows, field, Number),
            TypeCode.Single => Read<float>(rows, field, Number),
            TypeCode.Double => Read<double>(rows, field, Number),
            _ => throw new NotSupportedException($"column {field.Name} is of type {field.ClrType.Name}"),
        };
    }

    /// <summary>The pictures of a row group; null for missing ones.</summary>
    public static byte[]?[] ReadBytes(ParquetReader reader, int group, DataField field)
    {
        using var rows = reader.OpenRowGroupReader(group);
        // Read into arrays, a struct's bytes would fill gaps, and pictures would move to other rows' labels.
        var bytes = new ReadOnlyMemory<byte>?[rows.RowCount];
        rows.ReadAsync(field, bytes.AsMemory()).AsTask().GetAwaiter().GetResult();
        return [.. bytes.Select(picture => picture?.ToArray())];
    }

    private static string Number<T>(T value)
        where T : struct, IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string?[] Read<T>(ParquetRowGroupReader rows, DataField field, Func<T, string> text)
        where T : struct
    {
        var result = new string?[rows.RowCount];
        if (field.IsNullable)
        {
            var values = new T?[rows.RowCount];
            rows.ReadAsync(field, values.AsMemory()).AsTask().GetAwaiter().GetResult();
            for (var i = 0; i < result.Length; i++)
                result[i] = values[i] is { } value ? text(value) : null;
        }
        else
        {
            var values = new T[rows.RowCount];
            rows.ReadAsync(field, values.AsMemory()).AsTask().GetAwaiter().GetResult();
            for (var i = 0; i < result.Length; i++)
                result[i] = text(values[i]);
        }
        return result;
    }
}
