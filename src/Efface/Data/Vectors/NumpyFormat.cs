using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Efface.Data.Files;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>numpy's files: .npy, versions 1 to 3, and .npz, a zip of them. Pickles, which can run code, are refused.</summary>
internal static partial class NumpyFormat
{
    /// <summary>The ending of an array's file, in archives too.</summary>
    public const string Extension = ".npy";

    private const int LongestHeader = 1 << 16,
        Alignment = 64;

    // No representation compresses this well; a zip bomb does.
    private const long MostExpansion = 200,
        SmallBytes = 1 << 26;

    /// <summary>The one array of a .npy.</summary>
    public static StoredArray OpenArray(string path)
    {
        using var stream = File.OpenRead(path);
        return Parse(path, "", stream, stream.Length, use =>
        {
            using var file = File.OpenRead(path);
            use(file);
        });
    }

    /// <summary>The arrays of a .npz.</summary>
    public static IReadOnlyList<StoredArray> OpenArchive(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return
        [
            .. archive
                .Entries.Where(entry => entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                .Select(entry =>
                {
                    var (name, full) = (entry.FullName[..^Extension.Length], entry.FullName);
                    if (entry.Length > SmallBytes && entry.Length / MostExpansion > entry.CompressedLength)
                        return Refused(
                            path,
                            name,
                            new Problem(
                                $"{path} array '{name}'",
                                $"grows from {entry.CompressedLength:N0} bytes to {entry.Length:N0}",
                                "Save it with numpy.savez, which does not compress, if it is meant so"
                            )
                        );
                    using var stream = entry.Open();
                    return Parse(path, name, stream, entry.Length, use =>
                    {
                        using var again = ZipFile.OpenRead(path);
                        using var element = again.GetEntry(full)!.Open();
                        use(element);
                    });
                }),
        ];
    }

    /// <summary>What stands before the elements of an array in this machine's byte order, byte by byte as numpy writes it.</summary>
    public static byte[] Header(ScalarType type, long[] shape)
    {
        var kind = type switch
        {
            ScalarType.Float16 => "f2",
            ScalarType.Float32 => "f4",
            ScalarType.Float64 => "f8",
            ScalarType.Int64 => "i8",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "numpy has no such type"),
        };
        var sizes = shape is [var rows] ? $"{rows}," : string.Join(", ", shape);
        var header = $"{{'descr': '<{kind}', 'fortran_order': False, 'shape': ({sizes}), }}";
        // The elements begin at a multiple of 64 bytes, after a line end.
        var length = (10 + header.Length + Alignment) / Alignment * Alignment - 10;
        return [.. Magic, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(header.PadRight(length - 1)), (byte)'\n'];
    }

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static StoredArray Parse(string path, string name, Stream stream, long length, Action<Action<Stream>> open)
    {
        var subject = name.Length == 0 ? path : $"{path} array '{name}'";
        // Six bytes of magic, two of version, and the header's length: two bytes in version 1, four in later ones.
        var preamble = new byte[12];
        stream.ReadExactly(preamble.AsSpan(0, 10));
        var version = preamble[6];
        if (!preamble.AsSpan().StartsWith(Magic))
            throw new InvalidDataException("it does not begin as numpy's files do");
        if (version is not (1 or 2 or 3))
            throw new InvalidDataException($"it is of version {version} of the format");
        if (version > 1)
            stream.ReadExactly(preamble.AsSpan(10));
        var headerLength = BinaryPrimitives.ReadUInt32LittleEndian(preamble.AsSpan(8));
        if (headerLength > LongestHeader)
            throw new InvalidDataException($"its header claims {headerLength:N0} bytes");
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        var begin = (version > 1 ? 12 : 10) + headerLength;
        return Describe(subject, path, name, Encoding.UTF8.GetString(header), length - begin, use => open(file =>
            {
                file.ReadExactly(new byte[begin]);
                use(file);
            }));
    }

    private static StoredArray Describe(string subject, string path, string name, string header, long bytes, Action<Action<Stream>> open)
    {
        var (descr, order, sizes) = (Descr().Match(header), FortranOrder().Match(header), Shape().Match(header));
        if (!order.Success || !sizes.Success)
            throw new InvalidDataException("its header is damaged");
        var shape = sizes
            .Groups[1]
            .Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(size =>
                long.TryParse(size.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new InvalidDataException("its header has a damaged shape")
            )
            .ToArray();
        var kind = descr.Success ? descr.Groups[2].Value : "";
        if (kind == "O")
            return Refused(
                path,
                name,
                new Problem(
                    subject,
                    "holds pickled objects, which can run code when they are read",
                    "Save numbers, with numpy.save(…, allow_pickle=False)"
                )
            );
        if (TypeOf(kind) is not { } type)
            return Refused(
                path,
                name,
                new Problem(
                    subject,
                    $"holds elements of type {(kind.Length == 0 ? "record" : kind)}",
                    "Save numbers: float16, float32, float64, integers or bool"
                )
            );
        if (StoredShape.Count(subject, shape.Append(type.Size)) != bytes)
            throw new InvalidInputException(
                subject,
                $"says ({string.Join(", ", shape)}) elements of {type.Size} bytes, and holds {bytes:N0} bytes",
                "It is damaged or was not written to its end: write it again"
            );
        return new StoredArray(path, name, type, shape, open)
        {
            IsColumnMajor = order.Groups[1].Value == "True",
            IsBigEndian = descr.Groups[1].Value == ">",
        };
    }

    // Its shape is unknown, so it is unclear whether it was meant.
    private static StoredArray Refused(string path, string name, Problem why) => new(path, name, null, [0, 0], _ => { }) { Refusal = why };

    private static ElementType? TypeOf(string kind) =>
        kind switch
        {
            "f2" => ElementType.Of<Half>(),
            "f4" => ElementType.Single,
            "f8" => ElementType.Of<double>(),
            "i1" => ElementType.Of<sbyte>(),
            "i2" => ElementType.Of<short>(),
            "i4" => ElementType.Of<int>(),
            "i8" => ElementType.Of<long>(),
            "u1" or "b1" => ElementType.Of<byte>(),
            "u2" => ElementType.Of<ushort>(),
            "u4" => ElementType.Of<uint>(),
            "u8" => ElementType.Of<ulong>(),
            ['U', .. var width]
                when int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var characters)
                    && characters is > 0 and < LongestHeader => ElementType.Text(characters),
            _ => null,
        };

    [GeneratedRegex(@"'descr':\s*'([<>|=]?)(\w+)'")]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order':\s*(True|False)")]
    private static partial Regex FortranOrder();

    [GeneratedRegex(@"'shape':\s*\(([^()]*)\)")]
    private static partial Regex Shape();
}
