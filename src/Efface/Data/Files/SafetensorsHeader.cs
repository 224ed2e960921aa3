using System.Buffers.Binary;
using System.Text.Json;

namespace Efface.Data.Files;

/// <summary>An array of a safetensors file, as its header describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The type of its elements, in the format's words.</param>
/// <param name="Type">How they are decoded; null if they cannot be.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Begin">Where its bytes begin in the file.</param>
/// <param name="Length">Bytes.</param>
internal sealed record SafetensorsArray(string Name, string Kind, ElementType? Type, long[] Shape, long Begin, long Length)
{
    /// <summary>What to do about elements that cannot be decoded.</summary>
    public const string Remedy = "Save float16, bfloat16, float32, float64, integers or bool";

    /// <summary>Why it cannot be read; null if it can.</summary>
    public Problem? RefusalIn(string file) =>
        Type is null ? new Problem($"{file} array '{Name}'", $"holds elements of type {Kind}", Remedy) : null;
}

/// <summary>
/// The beginning of a safetensors file: eight bytes of length, and JSON; the arrays' bytes follow. Parsed by hand, because
/// TorchSharp.PyBridge trusts damaged headers, and reads tensors into memory twice.
/// </summary>
internal sealed class SafetensorsHeader : IDisposable
{
    /// <summary>The name of what is no array.</summary>
    public const string Metadata = "__metadata__";

    /// <summary>The names in the description of an array.</summary>
    public const string KindName = "dtype",
        ShapeName = "shape",
        OffsetsName = "data_offsets";

    private const long LongestHeader = 100_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonDocument _document;

    private SafetensorsHeader(JsonDocument document, IReadOnlyList<SafetensorsArray> arrays) => (_document, Arrays) = (document, arrays);

    /// <summary>The arrays in the header's order: each lies in the file and has as many bytes as its shape, and no two share any.</summary>
    public IReadOnlyList<SafetensorsArray> Arrays { get; }

    /// <summary>The header as it is written.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="InvalidInputException">An array is not where the header says.</exception>
    /// <exception cref="InvalidDataException">The header is longer than the file.</exception>
    /// <exception cref="JsonException">It is no JSON, or names an array twice.</exception>
    public static SafetensorsHeader Read(string path)
    {
        using var stream = File.OpenRead(path);
        var length = new byte[sizeof(ulong)];
        stream.ReadExactly(length);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > LongestHeader || (long)headerLength > stream.Length - length.Length)
            throw new InvalidDataException($"its header claims {headerLength:N0} bytes");
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        var document = JsonDocument.Parse(header, Strict);
        try
        {
            var begin = length.Length + header.Length;
            SafetensorsArray[] arrays =
            [
                .. document
                    .RootElement.EnumerateObject()
                    .Where(entry => entry.Name != Metadata)
                    .Select(entry => Describe(path, entry, begin, stream.Length)),
            ];
            RefuseOverlaps(path, arrays);
            return new SafetensorsHeader(document, arrays);
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a file whose header TorchSharp.PyBridge must not see.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Check(string path) => Read(path).Dispose();

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();

    private static SafetensorsArray Describe(string path, JsonProperty entry, long begin, long fileLength)
    {
        var subject = $"{path} array '{entry.Name}'";
        var kind = entry.Value.GetProperty(KindName).GetString() ?? "null";
        var type = TypeOf(kind);
        long[] shape = [.. entry.Value.GetProperty(ShapeName).EnumerateArray().Select(size => size.GetInt64())];
        long[] offsets = [.. entry.Value.GetProperty(OffsetsName).EnumerateArray().Select(offset => offset.GetInt64())];
        var bytes = StoredShape.Count(subject, shape.Append(type?.Size ?? 1));
        if (offsets is not [var from and >= 0, var to] || to < from || to > fileLength - begin || type is not null && to - from != bytes)
            throw new InvalidInputException(
                subject,
                $"says ({string.Join(", ", shape)}) elements of {kind}, which do not lie where it says in {fileLength:N0} bytes",
                "The file is damaged or was not written to its end: write it again"
            );
        return new SafetensorsArray(entry.Name, kind, type, shape, begin + from, to - from);
    }

    private static void RefuseOverlaps(string path, SafetensorsArray[] arrays)
    {
        var inOrder = arrays.Where(array => array.Length > 0).OrderBy(array => array.Begin).ToArray();
        foreach (var (one, next) in inOrder.Zip(inOrder.Skip(1)))
            if (one.Begin + one.Length > next.Begin)
                throw new InvalidInputException(
                    $"{path} array '{next.Name}'",
                    $"shares bytes with array '{one.Name}'",
                    "The file is damaged, or made to mislead: write it again"
                );
    }

    private static ElementType? TypeOf(string kind) =>
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
