using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CsCheck;
using Efface.Tests.Data.Vectors;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Rewriting;

[OneThread]
public sealed class RewrittenArraysTests : IDisposable
{
    private static readonly (string Npy, string Safetensors, Func<float, byte[]> Write)[] Types =
    [
        ("f2", "F16", value => BitConverter.GetBytes((Half)value)),
        ("f4", "F32", BitConverter.GetBytes),
        ("f8", "F64", value => BitConverter.GetBytes((double)value)),
        ("i1", "I8", value => [(byte)(sbyte)value]),
        ("i4", "I32", value => BitConverter.GetBytes((int)value)),
        ("u1", "U8", value => [(byte)value]),
        ("i8", "I64", value => BitConverter.GetBytes((long)value)),
        ("", "BF16", value => BitConverter.GetBytes(value)[2..]),
    ];

    private static readonly Gen<long[]> Shapes = Gen.Long[1, 5].Array[2, 4].Where(shape => shape.Length > 2 || shape[1] > 1);

    private readonly ToyRewriting _toy = new();

    public void Dispose() => _toy.Dispose();

    // numpy's own bytes for numpy.arange(6, dtype='f4').reshape(3, 2).
    private static byte[] OfNumpy =>
        [
            0x93,
            .. "NUMPY"u8,
            1,
            0,
            0x76,
            0,
            .. Encoding.ASCII.GetBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".PadRight(117) + "\n"),
            .. ToyVectors.Bytes([0f, 1, 2, 3, 4, 5]),
        ];

    [Fact]
    public void Doing_nothing_gives_the_bytes_that_numpy_wrote()
    {
        _toy.Files.Write("h.npy", OfNumpy);

        var done = _toy.Rewrite("h.npy", rows => rows);

        Assert.Equal(3, done.Rows);
        Assert.Empty(done.Faults);
        Assert.Equal(OfNumpy, _toy.Bytes("out.npy"));
    }

    [Fact]
    public void An_array_of_any_type_shape_and_order_is_mapped_row_by_row() =>
        (
            from type in Gen.Int[0, Types.Length - 2]
            from shape in Shapes
            from big in Gen.Bool
            from columnMajor in Gen.Bool
            select (type, shape, big, columnMajor)
        ).Sample(
            file =>
            {
                var (type, big) = (Types[file.type], file.big && !Types[file.type].Npy.EndsWith('1'));
                var bytes = Elements(file.shape, type.Write, big);
                _toy.Files.Write("h.npy", ToyVectors.Npy((big ? ">" : "<") + type.Npy, file.shape, bytes, file.columnMajor));
                File.Delete(_toy.Files.At("out.npy"));

                Assert.Empty(_toy.Rewrite("h.npy").Faults);

                _toy.IsMapped("h.npy", []);
                var kept = type.Npy[0] == 'f' ? type.Npy : "f4";
                Assert.Contains($"'<{kept}', 'fortran_order': False", _toy.Text("out.npy"), StringComparison.Ordinal);
            },
            threads: 1,
            iter: 60
        );

    [Fact]
    public void Tensors_of_any_type_are_mapped_and_the_others_and_the_metadata_stay() =>
        (from type in Gen.Int[0, Types.Length - 1] from shape in Shapes from first in Gen.Bool select (type, shape, first)).Sample(
            file =>
            {
                var type = Types[file.type];
                var vectors = ("h ü", type.Safetensors, file.shape, Elements(file.shape, type.Write, false));
                var other = ("y\"", "F8_E4M3", new long[] { 3 }, new byte[] { 7, 8, 9 });
                var labels = ("z", "I64", new long[] { file.shape[0] }, new byte[8 * file.shape[0]]);
                _toy.Files.Write(
                    "h.safetensors",
                    WithMetadata(ToyVectors.Safetensors(file.first ? [vectors, other, labels] : [other, labels, vectors]))
                );
                File.Delete(_toy.Files.At("out.safetensors"));

                Assert.Empty(_toy.Rewrite("h.safetensors", array: "h ü").Faults);

                _toy.IsMapped("h.safetensors", [], array: "h ü");
                var (header, find) = Parsed(_toy.Bytes("out.safetensors"));
                Assert.Equal("größe", header.GetProperty("__metadata__").GetProperty("note").GetString());
                Assert.Equal([7, 8, 9], find("y\""));
                Assert.Equal(labels.Item4, find("z"));
                Assert.Equal(
                    type.Safetensors.Contains('F') ? type.Safetensors : "F32",
                    header.GetProperty("h ü").GetProperty("dtype").GetString()
                );
            },
            threads: 1,
            iter: 60
        );

    [Theory]
    [InlineData(CompressionLevel.NoCompression, false)]
    [InlineData(CompressionLevel.Optimal, false)]
    [InlineData(CompressionLevel.NoCompression, true)]
    [InlineData(CompressionLevel.Optimal, true)]
    public void An_archive_keeps_its_other_arrays_byte_by_byte(CompressionLevel compression, bool columnMajor)
    {
        var names = ToyVectors.NpyNames(["a", "ü", "c"]);
        var more = ToyVectors.Npy("<c8", [2], new byte[16]);
        var vectors = ToyVectors.Npy("<f4", [3, 2], ToyVectors.Bytes([1f, 2, 3, 4, 5, 6]), columnMajor);
        _toy.Files.Write("h.npz", ToyVectors.Npz(compression, ("names", names), ("h", vectors), ("more", more)));

        Assert.Empty(_toy.Rewrite("h.npz", array: "h", key: "names").Faults);

        _toy.IsMapped("h.npz", [], array: "h", key: "names");
        using var archive = ZipFile.OpenRead(_toy.Files.At("out.npz"));
        Assert.Equal(["names.npy", "h.npy", "more.npy"], archive.Entries.Select(entry => entry.FullName));
        Assert.Equal(names, BytesOf(archive.Entries[0]));
        Assert.Equal(more, BytesOf(archive.Entries[2]));
        Assert.Equal(compression == CompressionLevel.NoCompression, archive.Entries[0].CompressedLength == names.Length);
        Assert.Equal(["h.npz", "out.npz"], _toy.Names());
    }

    [Fact]
    public void Rows_with_numbers_that_are_none_are_left_empty_and_listed()
    {
        _toy.Files.Write("h.npy", ToyVectors.Npy([1, 2, float.NaN, 4, 5, float.PositiveInfinity, 7, 8], 4, 2));

        var done = _toy.Rewrite("h.npy");

        Assert.Equal(4, done.Rows);
        Assert.Equal([1, 2], done.Faults.Select(fault => fault.Line));
        Assert.All(done.Faults, fault =>
        {
            Assert.Equal("h.npy", fault.File);
            Assert.Equal("1 of 2 numbers", fault.Value);
            Assert.Equal("has numbers that are missing, NaN or infinite", fault.Fault);
        });
        using var read = _toy.Files.ReadRaw("out.npy").Values;
        Assert.Equal([-1, -3, float.NaN, float.NaN, float.NaN, float.NaN, -13, -15], ToyVectors.Of(read));
    }

    [Fact]
    public void A_file_without_any_usable_row_is_never_mapped_and_refused()
    {
        _toy.Files.Write("h.npy", ToyVectors.Npy([float.NaN, 1, float.NaN, 1], 2, 2));

        var fault = Assert.Throws<InvalidInputException>(() => _toy.Rewrite("h.npy", _ => throw new InvalidOperationException()));

        Assert.Contains("no usable vector in 2 of 2 rows", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_too_large_for_the_file_is_a_fault_of_its_row()
    {
        _toy.Files.Write(
            "h.npy",
            ToyVectors.Npy("<f2", [3, 2], ToyVectors.Bytes<Half>([(Half)1, (Half)2, (Half)3, (Half)60000, (Half)5, (Half)6]))
        );

        var fault = Assert.Single(_toy.Rewrite("h.npy").Faults);

        Assert.Equal((1, "1 of 2 numbers"), (fault.Line, fault.Value));
        Assert.Contains("too large", fault.Fault, StringComparison.Ordinal);
        _toy.IsMapped("h.npy", [fault]);
    }

    [Fact]
    public void Codes_are_whole_numbers_and_a_row_without_a_vector_has_none()
    {
        _toy.Files.Write("h.npy", ToyVectors.Npy([1, 2, float.NaN, 4, 5, 6], 3, 2));
        _toy.Files.Write("h.npz", ToyVectors.Npz(CompressionLevel.Optimal, ("h", ToyVectors.Npy([1, 2, 3, 4], 2, 1, 2))));
        _toy.Files.Write("h.safetensors", ToyVectors.Safetensors(("h", "F16", [2, 2], new byte[8]), ("x", "U8", [1], [5])));

        Assert.Single(_toy.Rewrite("h.npy", codes: true).Faults);
        _toy.Rewrite("h.npz", codes: true);
        _toy.Rewrite("h.safetensors", codes: true, array: "h");

        Assert.EndsWith("(3,), }", Encoding.ASCII.GetString(_toy.Bytes("out.npy")[10..^24]).TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(ToyVectors.Bytes([8L, -1, 40]), _toy.Bytes("out.npy")[^24..]);
        using var codes = _toy.Files.ReadRaw("out.npz").Values;
        Assert.Equal([8, 24], codes.data<long>().ToArray());
        var (header, find) = Parsed(_toy.Bytes("out.safetensors"));
        Assert.Equal("""{"dtype":"I64","shape":[2],"data_offsets":[0,16]}""", header.GetProperty("h").GetRawText());
        Assert.Equal([5], find("x"));
    }

    private static byte[] Elements(long[] shape, Func<float, byte[]> write, bool big) =>
        [
            .. Enumerable
                .Range(0, (int)shape.Aggregate((product, size) => product * size))
                .SelectMany(i => big ? write(i % 100).Reverse() : write(i % 100)),
        ];

    private static byte[] WithMetadata(byte[] file)
    {
        var length = (int)BitConverter.ToInt64(file);
        byte[] header = [.. """{"__metadata__":{"note":"größe"},"""u8, .. file[9..(8 + length)]];
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file[(8 + length)..]];
    }

    private static (JsonElement Header, Func<string, byte[]> Find) Parsed(byte[] file)
    {
        var begin = 8 + (int)BitConverter.ToInt64(file);
        Assert.Equal(0, begin % 8);
        var header = JsonDocument.Parse(file.AsMemory(8, begin - 8)).RootElement;
        return (header, name =>
            header.GetProperty(name).GetProperty("data_offsets") is var offsets
                ? file[(begin + offsets[0].GetInt32())..(begin + offsets[1].GetInt32())]
                : []
        );
    }

    private static byte[] BytesOf(ZipArchiveEntry entry)
    {
        using var from = entry.Open();
        using var to = new MemoryStream();
        from.CopyTo(to);
        return to.ToArray();
    }
}
