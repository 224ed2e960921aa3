using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>Where an array's bytes lie in a file.</summary>
internal sealed record StoredBytes(string Name, long Begin, long Length);

/// <summary>
/// Safetensors files: eight bytes of length, a JSON header, then the arrays' bytes. Parsed by hand, because TorchSharp.PyBridge trusts
/// damaged headers, and reads tensors into memory twice.
/// </summary>
internal static class SafetensorsFormat
{
    private const long LongestHeader = 100_000_000;
    private const string Metadata = "__metadata__",
        KindName = "dtype",
        ShapeName = "shape",
        OffsetsName = "data_offsets";

    /// <summary>The arrays of a file.</summary>
    public static IReadOnlyList<StoredArray> Open(string path)
    {
        var (document, begin, length) = Header(path);
        using (document)
            return [.. Arrays(document).Select(entry => Describe(path, entry, begin, length))];
    }

    /// <summary>
    /// The beginning of a file with the same contents, in which one array has another type and shape; and where the bytes of the arrays lie
    /// in the file as it is, in the order in which they come.
    /// </summary>
    public static (byte[] Header, IReadOnlyList<StoredBytes> Parts) HeaderWith(string path, string name, ScalarType type, long[] shape)
    {
        var (document, begin, fileLength) = Header(path);
        using var _ = document;
        StoredBytes[] parts =
        [
            .. Arrays(document)
                .Select(entry => (entry.Name, Offsets: Offsets(entry)))
                .Select(entry => new StoredBytes(entry.Name, begin + entry.Offsets[0], entry.Offsets[1] - entry.Offsets[0]))
                .OrderBy(part => part.Begin),
        ];
        if (parts.FirstOrDefault(part => part.Begin < begin || part.Length < 0 || part.Begin + part.Length > fileLength) is { } outside)
            throw new InvalidDataException($"its array '{outside.Name}' does not lie in it");
        var (kind, size) = NameOf(type);
        var bytes = RowTensor.Count(path, shape.Append(size));
        var (offsets, next) = (new Dictionary<string, long[]>(), 0L);
        foreach (var part in parts)
            offsets.Add(part.Name, [next, next += part.Name == name ? bytes : part.Length]);

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var entry in document.RootElement.EnumerateObject())
                if (entry.Name == Metadata)
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
            if (property.Name == OffsetsName)
                WriteNumbers(writer, OffsetsName, offsets);
            else if (other is { } one && property.Name == KindName)
                writer.WriteString(KindName, one.Kind);
            else if (other is { } two && property.Name == ShapeName)
                WriteNumbers(writer, ShapeName, two.Shape);
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

    private static (JsonDocument Document, long Begin, long FileLength) Header(string path)
    {
        using var stream = File.OpenRead(path);
        var length = new byte[sizeof(ulong)];
        stream.ReadExactly(length);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > LongestHeader || (long)headerLength > stream.Length - length.Length)
            throw new InvalidDataException($"its header claims {headerLength:N0} bytes");
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        return (JsonDocument.Parse(header), length.Length + header.Length, stream.Length);
    }

    private static IEnumerable<JsonProperty> Arrays(JsonDocument document) =>
        document.RootElement.EnumerateObject().Where(entry => entry.Name != Metadata);

    private static long[] Offsets(JsonProperty entry) =>
        [.. entry.Value.GetProperty(OffsetsName).EnumerateArray().Select(offset => offset.GetInt64())];

    private static StoredArray Describe(string path, JsonProperty entry, long begin, long fileLength)
    {
        var subject = $"{path} array '{entry.Name}'";
        var kind = entry.Value.GetProperty(KindName).GetString();
        long[] shape = [.. entry.Value.GetProperty(ShapeName).EnumerateArray().Select(size => size.GetInt64())];
        var offsets = Offsets(entry);
        if (TypeOf(kind) is not { } type)
            return new StoredArray(path, entry.Name, null, [], _ => { })
            {
                Refusal = new Problem(
                    subject,
                    $"holds elements of type {kind}",
                    "Save float16, bfloat16, float32, float64, integers or bool"
                ),
            };
        if (
            offsets is not [var from and >= 0, var to]
            || to < from
            || to > fileLength - begin
            || to - from != RowTensor.Count(subject, shape.Append(type.Size))
        )
            throw new InvalidInputException(
                subject,
                $"says ({string.Join(", ", shape)}) elements of {type.Size} bytes, which do not lie where it says in {fileLength:N0} bytes",
                "The file is damaged or was not written to its end: write it again"
            );
        return new StoredArray(path, entry.Name, type, shape, use =>
        {
            using var file = File.OpenRead(path);
            file.Position = begin + from;
            use(file);
        });
    }

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

    private static ElementType? TypeOf(string? kind) =>
        kind switch
        {
            "F16" => ElementType.Of<Half>(),
            "BF16" => ElementType.BFloat16,
            "F32" => ElementType.Single,
            "F64" => ElementType.Of<double>(),
            "I8" => ElementType.Of<sbyte>(),
            "I16" => ElementType.Of<short>(),
            "I32" => ElementType.Of<int>(),
            "I64" => ElementType.Of<long>(),
            "U8" or "BOOL" => ElementType.Of<byte>(),
            "U16" => ElementType.Of<ushort>(),
            "U32" => ElementType.Of<uint>(),
            "U64" => ElementType.Of<ulong>(),
            _ => null,
        };
}
