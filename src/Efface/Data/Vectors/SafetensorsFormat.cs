using System.Buffers.Binary;
using System.Text.Json;

namespace Efface.Data.Vectors;

/// <summary>
/// Safetensors files: eight bytes of length, a JSON header, then the arrays' bytes. Parsed by hand, because TorchSharp.PyBridge trusts
/// damaged headers, and reads tensors into memory twice.
/// </summary>
internal static class SafetensorsFormat
{
    private const long LongestHeader = 100_000_000;

    /// <summary>The arrays of a file.</summary>
    public static IReadOnlyList<StoredArray> Open(string path)
    {
        using var stream = File.OpenRead(path);
        var length = new byte[sizeof(ulong)];
        stream.ReadExactly(length);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > LongestHeader || (long)headerLength > stream.Length - length.Length)
            throw new InvalidDataException($"its header claims {headerLength:N0} bytes");
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        using var document = JsonDocument.Parse(header);
        var begin = length.Length + header.Length;
        return
        [
            .. document
                .RootElement.EnumerateObject()
                .Where(entry => entry.Name != "__metadata__")
                .Select(entry => Describe(path, entry, begin, stream.Length)),
        ];
    }

    private static StoredArray Describe(string path, JsonProperty entry, long begin, long fileLength)
    {
        var subject = $"{path} array '{entry.Name}'";
        var kind = entry.Value.GetProperty("dtype").GetString();
        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
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
