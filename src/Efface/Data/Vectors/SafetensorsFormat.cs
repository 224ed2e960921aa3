using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Efface.Data.Files;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>Where an array's bytes lie in a file.</summary>
internal sealed record StoredBytes(string Name, long Begin, long Length);

/// <summary>Safetensors files of vectors: eight bytes of length, a JSON header, then the arrays' bytes.</summary>
internal static class SafetensorsFormat
{
    /// <summary>The arrays of a file.</summary>
    public static IReadOnlyList<StoredArray> Open(string path)
    {
        using var header = SafetensorsHeader.Read(path);
        return [.. header.Arrays.Select(array => Stored(path, array))];
    }

    /// <summary>
    /// The beginning of a file with the same contents, in which one array has another type and shape; and where the bytes of the arrays lie
    /// in the file as it is, in the order in which they come.
    /// </summary>
    public static (byte[] Header, IReadOnlyList<StoredBytes> Parts) HeaderWith(string path, string name, ScalarType type, long[] shape)
    {
        using var before = SafetensorsHeader.Read(path);
        StoredBytes[] parts =
        [
            .. before.Arrays.Select(array => new StoredBytes(array.Name, array.Begin, array.Length)).OrderBy(part => part.Begin),
        ];
        var (kind, size) = NameOf(type);
        var bytes = StoredShape.Count(path, shape.Append(size));
        var (offsets, next) = (new Dictionary<string, long[]>(), 0L);
        foreach (var part in parts)
            offsets.Add(part.Name, [next, next += part.Name == name ? bytes : part.Length]);

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var entry in before.Root.EnumerateObject())
                if (entry.Name == SafetensorsHeader.Metadata)
                    entry.WriteTo(writer);
                else
                    WriteEntry(writer, entry, entry.Name == name ? (kind, shape) : null, offsets[entry.Name]);
            writer.WriteEndObject();
        }
        // The format's own library aligns the elements.
        var padded = (json.WrittenCount + sizeof(ulong) - 1) / sizeof(ulong) * sizeof(ulong);
        var header = new byte[sizeof(ulong) + padded];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        json.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        return (header, parts);
    }

    private static void WriteEntry(Utf8JsonWriter writer, JsonProperty entry, (string Kind, long[] Shape)? other, long[] offsets)
    {
        writer.WriteStartObject(entry.Name);
        foreach (var property in entry.Value.EnumerateObject())
            if (property.Name == SafetensorsHeader.OffsetsName)
                WriteNumbers(writer, property.Name, offsets);
            else if (other is { } one && property.Name == SafetensorsHeader.KindName)
                writer.WriteString(property.Name, one.Kind);
            else if (other is { } two && property.Name == SafetensorsHeader.ShapeName)
                WriteNumbers(writer, property.Name, two.Shape);
            else
                property.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, long[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    private static StoredArray Stored(string path, SafetensorsArray array) =>
        new(path, array.Name, array.Type, array.Type is null ? [] : array.Shape, use =>
        {
            using var file = File.OpenRead(path);
            file.Position = array.Begin;
            use(file);
        }) { Refusal = array.RefusalIn(path) };

    private static (string Kind, int Size) NameOf(ScalarType type) =>
        type switch
        {
            ScalarType.Float16 => ("F16", sizeof(ushort)),
            ScalarType.BFloat16 => ("BF16", sizeof(ushort)),
            ScalarType.Float32 => ("F32", sizeof(float)),
            ScalarType.Float64 => ("F64", sizeof(double)),
            ScalarType.Int64 => ("I64", sizeof(long)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no vectors are of this type"),
        };
}
