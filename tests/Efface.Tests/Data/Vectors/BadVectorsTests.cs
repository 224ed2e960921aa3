using System.IO.Compression;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class BadVectorsTests : IDisposable
{
    private const int Count = 24;

    private static readonly (string Name, byte[] Whole)[] Files =
    [
        ("h.npy", ToyVectors.Npy(ToyVectors.Numbers(Count), Count, 4)),
        (
            "h.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("h", ToyVectors.Npy(ToyVectors.Numbers(Count), Count, 4)),
                ("key", ToyVectors.NpyNames([.. Enumerable.Range(0, Count).Select(i => $"{i}")]))
            )
        ),
        (
            "stored.npz",
            ToyVectors.Npz(
                CompressionLevel.NoCompression,
                ("h", ToyVectors.Npy(ToyVectors.Numbers(Count), Count, 4)),
                ("key", ToyVectors.Npy("<i4", [Count], new byte[4 * Count]))
            )
        ),
        (
            "h.safetensors",
            ToyVectors.Safetensors(
                ("h", "F32", [Count, 4], ToyVectors.Bytes(ToyVectors.Numbers(Count))),
                ("key", "I32", [Count], new byte[4 * Count])
            )
        ),
        (
            "h.csv",
            System.Text.Encoding.UTF8.GetBytes(string.Join('\n', ToyVectors.Lines("key,h0,h1", Count, i => $"\"k {i}\",{i},{i}.5e-2")))
        ),
        (
            "h.parquet",
            ToyVectors.ParquetLists(
                [.. Enumerable.Range(0, Count).Select(i => new float?[] { i, -i })],
                [.. Enumerable.Range(0, Count).Select(i => $"{i}")],
                10
            )
        ),
        (
            "columns.parquet",
            ToyVectors.ParquetColumns(
                ("key", [.. Enumerable.Range(0, Count).Select(i => (double?)i)]),
                ("a", [.. Enumerable.Range(0, Count).Select(i => (double?)i)])
            )
        ),
    ];

    private readonly ToyVectors _toy = new();

    public static TheoryData<string> Names => [.. Files.Select(file => file.Name)];

    public void Dispose() => _toy.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_cut_off_or_changed_anywhere_is_read_or_refused_and_nothing_else_comes_of_it(string name)
    {
        var whole = Files.Single(file => file.Name == name).Whole;
        // Each byte in turn, and then random damage; parquet less, as some of it is given up only after long reading.
        var step = name.EndsWith(".parquet", StringComparison.Ordinal) ? 9 : 1;
        var places = (whole.Length + step - 1) / step;
        Mutation.Try(
            2 * places + Mutation.Count / (4 * step),
            seed =>
                seed < places ? Flipped(whole, seed * step)
                : seed < 2 * places ? whole[..((seed - places) * step)]
                : Mutation.OfBytes(whole, seed),
            (bytes, seed) =>
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                _toy.Write(name, bytes);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    _toy.ReadRaw(
                        name,
                        array: name == "h.csv" ? null
                            : name == "columns.parquet" ? "a"
                            : "h",
                        key: name == "h.npy" ? null : "key"
                    );
                }
                finally
                {
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 28);
                }
            }
        );
    }

    [Fact]
    public void All_that_the_headers_show_is_told_at_once()
    {
        _toy.WriteLabels();
        _toy.Write(
            "h.npz",
            ToyVectors.Npz(CompressionLevel.Optimal, ("a", ToyVectors.Npy([1, 2], 2, 1)), ("b", ToyVectors.Npy([1, 2], 2, 1)))
        );

        var problems = ToyVectors.Refused(
            _toy.Options("h.npz") with
            {
                Task = "smile",
                Attributes = ["z", "beard"],
                Before = _toy.At("none.npy"),
                Key = "name",
            }
        );

        Assert.Equal(
            ["--key name", "--key name", "--task smile", _toy.At("h.npz"), _toy.At("none.npy"), "`attributes` beard"],
            problems.Select(problem => problem.Subject.InFlags()).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("h.pt", "pickle")]
    [InlineData("h.mat", "cannot be read (.mat)")]
    [InlineData("h", "cannot be read ()")]
    public void Another_format_is_refused_with_those_that_can_be_read(string name, string fault)
    {
        _toy.WriteLabels();
        _toy.Write(name, [1]);

        var problem = Assert.Single(ToyVectors.Refused(_toy.Options(name)));
        Assert.Contains(fault, problem.Fault, StringComparison.Ordinal);
        Assert.Contains(".npy, .npz, .safetensors, .parquet, .csv and .tsv", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_numbers_of_rows_ask_for_keys()
    {
        _toy.WriteLabels(100);
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(99), 99, 4));

        var problem = Assert.Single(ToyVectors.Refused(_toy.Options("h.npy")));
        Assert.Equal("has 99 rows, and labels.csv has 100", problem.Fault);
        Assert.Contains("--key", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_twice_in_the_labels_or_in_one_file_alone_are_refused()
    {
        _toy.Write("labels.csv", ToyVectors.Lines("key,y,z,split", 100, i => $"{i % 99},{i % 2},{i % 3},{i % 3}"));
        _toy.Write(
            "h.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("h", ToyVectors.Npy(ToyVectors.Numbers(100), 100, 4)),
                ("key", ToyVectors.NpyNames([.. Enumerable.Range(0, 100).Select(i => $"{i}.jpg")]))
            )
        );
        Assert.Contains(
            "('0')",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.npz") with { Key = "key" })).Fault,
            StringComparison.Ordinal
        );

        _toy.Write("labels.csv", ToyVectors.Lines("key,y,z,split", 100, i => $"{i},{i % 2},{i % 3},{i % 3}"));
        Assert.Equal(
            "no key of h.npz ('0.jpg', '1.jpg', '2.jpg', …) is in labels.csv ('0', '1', '2', …)",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.npz") with { Key = "key" })).Fault
        );
    }

    [Fact]
    public void A_npy_has_no_keys()
    {
        _toy.WriteLabels();
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), ToyVectors.Count, 4));

        Assert.Contains(
            "numpy.savez",
            Assert.Single(ToyVectors.Refused(_toy.Options("h.npy") with { Key = "key" })).Remedy.InFlags(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Parts_that_are_too_small_or_of_one_class_are_refused_with_their_numbers()
    {
        _toy.Write(
            "labels.csv",
            ToyVectors.Lines("y,z,split", 100, i => $"{i % 2},{(i < 90 ? i % 3 : 0)},{(i < 60 ? "train" : i < 90 ? "val" : "test")}")
        );
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(100), 100, 4));

        var problems = ToyVectors.Refused(_toy.Options("h.npy"));

        Assert.Equal(
            [
                "gives 60 train, 30 validation, 10 test images that can be used, and each part needs 20",
                "has one class in the test part (0)",
            ],
            problems.Select(problem => problem.Fault)
        );
    }

    [Fact]
    public void An_attribute_of_names_is_refused()
    {
        _toy.Write("labels.csv", ToyVectors.Lines("y,z,split", 3_000, i => $"{i % 2},n{i},{i % 3}"));
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(3_000), 3_000, 4));

        Assert.Contains("3,000 different values", Assert.Single(ToyVectors.Refused(_toy.Options("h.npy"))).Fault, StringComparison.Ordinal);
    }

    private static byte[] Flipped(byte[] whole, int at)
    {
        var bytes = (byte[])whole.Clone();
        bytes[at] ^= (byte)(1 << (at % 8));
        return bytes;
    }
}
