using System.IO.Compression;
using CsCheck;
using Efface.Tests.Data.Sources;
using Efface.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class NumpyFormatTests : IDisposable
{
    private static readonly (string Kind, Func<int, byte[]> Write)[] Types =
    [
        ("f2", value => BitConverter.GetBytes((Half)value)),
        ("f4", value => BitConverter.GetBytes((float)value)),
        ("f8", value => BitConverter.GetBytes((double)value)),
        ("i1", value => [(byte)value]),
        ("i2", value => BitConverter.GetBytes((short)value)),
        ("i4", BitConverter.GetBytes),
        ("i8", value => BitConverter.GetBytes((long)value)),
        ("u1", value => [(byte)value]),
        ("u2", value => BitConverter.GetBytes((ushort)value)),
        ("u4", value => BitConverter.GetBytes((uint)value)),
        ("u8", value => BitConverter.GetBytes((ulong)value)),
    ];

    private static readonly Gen<(int Type, int[] Shape, bool BigEndian, bool ColumnMajor, byte Version)> Files =
        from type in Gen.Int[0, Types.Length - 1]
        from shape in Gen.Int[1, 4].Array[2, 4]
        from bigEndian in Gen.Bool
        from columnMajor in Gen.Bool
        from version in Gen.Byte[1, 3]
        select (type, shape, bigEndian, columnMajor, version);

    private readonly ToyVectors _toy = new();

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Any_numbers_in_any_order_of_bytes_and_axes_read_as_they_are() =>
        Files
            .Where(file => file.Shape[1..].Length > 1 || file.Shape[1] > 1)
            .Sample(
                file =>
                {
                    using var scope = NewDisposeScope();
                    var (kind, write) = Types[file.Type];
                    int[] shape = file.Shape;
                    var count = shape.Aggregate(1, (product, size) => product * size);
                    int[] values = [.. Enumerable.Range(0, count).Select(i => i * 7 % 127)];
                    byte[] elements =
                    [
                        .. Order(shape, file.ColumnMajor)
                            .SelectMany(at => file.BigEndian ? write(values[at]).Reverse() : write(values[at])),
                    ];
                    _toy.Write(
                        "h.npy",
                        ToyVectors.Npy(
                            $"{(file.BigEndian ? '>' : '<')}{kind}",
                            shape.Select(size => (long)size),
                            elements,
                            file.ColumnMajor,
                            file.Version
                        )
                    );

                    var read = _toy.ReadRaw("h.npy").Values;

                    long[] wanted = shape is [var n, var tokens, var width] ? [n, width, tokens, 1] : [.. shape.Select(size => (long)size)];
                    Assert.Equal(wanted, read.shape);
                    if (shape.Length == 3)
                        read = read.squeeze(3).transpose(1, 2);
                    Assert.Equal(values.Select(value => (float)value), ToyVectors.Of(read));
                },
                threads: 1
            );

    [Fact]
    public void A_tall_array_in_column_order_is_read_in_several_pieces()
    {
        const int Rows = 70_000,
            Width = 130;
        float[] columns =
        [
            .. Enumerable.Range(0, Width).SelectMany(column => Enumerable.Range(0, Rows).Select(row => row + column / 256f)),
        ];
        _toy.Write("h.npy", ToyVectors.Npy("<f4", [Rows, Width], ToyVectors.Bytes(columns), columnMajor: true));

        using var read = _toy.ReadRaw("h.npy").Values;

        var numbers = read.data<float>().ToArray();
        Assert.DoesNotContain(Enumerable.Range(0, Rows * Width), i => numbers[i] != i / Width + i % Width / 256f);
    }

    [Theory]
    [InlineData("<i4")]
    [InlineData(">i4")]
    public void One_integer_an_image_is_a_code(string descr)
    {
        int[] codes = [5, 0, 1 << 19];
        byte[] elements =
        [
            .. codes.SelectMany(code => descr[0] == '>' ? BitConverter.GetBytes(code).Reverse() : BitConverter.GetBytes(code)),
        ];
        foreach (var shape in new long[][] { [3], [3, 1] })
        {
            _toy.Write("c.npy", ToyVectors.Npy(descr, shape, elements));
            using var read = _toy.ReadRaw("c.npy").Values;

            Assert.Equal(ScalarType.Int64, read.dtype);
            Assert.Equal([3], read.shape);
            Assert.Equal([5f, 0f, 1 << 19], ToyVectors.Of(read));
        }
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression, false)]
    [InlineData(CompressionLevel.Optimal, true)]
    public void An_archive_gives_vectors_and_keys(CompressionLevel compression, bool bigEndian)
    {
        string[] names = ["a", "", "ünï 😀", "longest of all"];
        _toy.Write(
            "h.npz",
            ToyVectors.Npz(
                compression,
                ("h", ToyVectors.Npy(ToyVectors.Numbers(4), 4, 4)),
                ("name", ToyVectors.NpyNames(names, bigEndian)),
                ("number", ToyVectors.Npy("<i8", [4], ToyVectors.Bytes<long>([7, -1, 0, long.MaxValue])))
            )
        );

        var named = _toy.ReadRaw("h.npz", key: "name");
        var numbered = _toy.ReadRaw("h.npz", key: "number");
        using (named.Values)
        using (numbered.Values)
        {
            Assert.Equal(ToyVectors.Numbers(4), ToyVectors.Of(named.Values));
            Assert.Equal(["a", null, "ünï 😀", "longest of all"], named.Keys!);
            Assert.Equal(["7", "-1", "0", "9223372036854775807"], numbered.Keys!);
        }
    }

    [Fact]
    public void Of_several_arrays_one_is_chosen_by_name()
    {
        var (h, logits) = (ToyVectors.Npy(ToyVectors.Numbers(4), 4, 4), ToyVectors.Npy([1, 2, 3, 4, 5, 6, 7, 8], 4, 2));
        _toy.Write("h.npz", ToyVectors.Npz(CompressionLevel.Optimal, ("h", h), ("logits", logits)));

        using var read = _toy.ReadRaw("h.npz", array: "logits").Values;
        Assert.Equal([4, 2], read.shape);
        Assert.Contains("h (4, 4), logits (4, 2)", Assert.Single(Refused("h.npz")).Fault, StringComparison.Ordinal);
        Assert.Contains("h (4, 4), logits (4, 2)", Assert.Single(Refused("h.npz", "z")).Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'|O'", "pickled")]
    [InlineData("'<c8'", "c8")]
    [InlineData("'<M8[s]'", "record")]
    [InlineData("[('a', '<f4'), ('b', '<f4')]", "record")]
    public void What_is_no_number_is_refused(string descr, string word)
    {
        _toy.Write("h.npy", ToyVectors.NpyWithHeader($"{{'descr': {descr}, 'fortran_order': False, 'shape': (2, 2), }}", new byte[32]));

        Assert.Contains(word, Assert.Single(Refused("h.npy")).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5, 4")]
    [InlineData("3, 4")]
    [InlineData("1000000000000, 4")]
    [InlineData("9223372036854775807, 9223372036854775807")]
    [InlineData("4, 2, 2, 1, 1")]
    [InlineData("16")]
    [InlineData("")]
    [InlineData("0, 4")]
    public void A_shape_that_the_file_does_not_hold_is_refused_before_memory_is_taken(string shape)
    {
        _toy.Write(
            "h.npy",
            ToyVectors.NpyWithHeader(
                $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}",
                ToyVectors.Bytes(ToyVectors.Numbers(4))
            )
        );

        Assert.Single(Refused("h.npy"));
    }

    [Fact]
    public void An_archive_that_grows_beyond_reason_is_refused_by_its_header()
    {
        _toy.Write(
            "h.npz",
            ToyVectors.Npz(CompressionLevel.SmallestSize, ("h", ToyVectors.Npy("<f4", [70_000, 250], new byte[70_000_000])))
        );

        Assert.Contains("grows from", Assert.Single(Refused("h.npz")).Fault, StringComparison.Ordinal);
    }

    private IReadOnlyList<Problem> Refused(string name, string? array = null) => Sheets.Refused(() => _toy.ReadRaw(name, array));

    // Where in C order the elements lie that follow one another in the file.
    private static IEnumerable<int> Order(int[] shape, bool columnMajor)
    {
        var count = shape.Aggregate(1, (product, size) => product * size);
        if (!columnMajor)
            return Enumerable.Range(0, count);
        return Enumerable
            .Range(0, count)
            .OrderBy(at =>
            {
                var (place, stride) = (0, count);
                for (var axis = shape.Length - 1; axis >= 0; axis--)
                {
                    stride /= shape[axis];
                    place += at % shape[axis] * stride;
                    at /= shape[axis];
                }
                return place;
            });
    }
}
