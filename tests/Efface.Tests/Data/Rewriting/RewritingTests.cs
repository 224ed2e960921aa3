using Efface.Data;
using Efface.Data.Rewriting;
using Efface.Tests.Data.Sources;
using Efface.Tests.Data.Vectors;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data.Rewriting;

[OneThread]
public sealed class RewritingTests : IDisposable
{
    private readonly ToyRewriting _toy = new();

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Chunks_of_an_array_are_bounded_and_give_what_the_whole_gives()
    {
        const int Rows = 40_000,
            Width = 300;
        var numbers = Enumerable.Range(0, Rows * Width).Select(i => i % 9973 / 8f).ToArray();
        numbers[12_345 * Width + 6] = float.NaN;
        _toy.Files.Write("h.npy", ToyVectors.Npy(numbers, Rows, Width));
        long largest = 0,
            alive = 0,
            began = Alive;

        var done = _toy.Rewrite("h.npy", rows =>
        {
            largest = Math.Max(largest, rows.numel() * sizeof(float));
            alive = Math.Max(alive, Alive - began);
            return ToyRewriting.Map(rows);
        });

        Assert.InRange(largest, 1 << 20, 1 << 23);
        Assert.InRange(alive, 1, 10);
        Assert.Equal(12_345, Assert.Single(done.Faults).Line);
        _toy.IsMapped("h.npy", done.Faults);
    }

    [Fact]
    public void Numbers_are_never_copied_to_managed_memory()
    {
        const int Rows = 30_000,
            Width = 256;
        _toy.Files.Write("h.npy", ToyVectors.Npy(new float[Rows * Width], Rows, Width));
        var began = GC.GetAllocatedBytesForCurrentThread();

        _toy.Rewrite("h.npy", rows => rows.clone());

        // The file has 30 MB, and a chunk 8.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - began, 0, 4 << 20);
    }

    [Fact]
    public void Rows_with_fill_values_are_listed_and_hold_NaN()
    {
        var numbers = ToyVectors.Numbers(50);
        numbers[7 * 4 + 2] = -9999;
        _toy.Files.Write("h.npy", ToyVectors.Npy(numbers, 50, 4));

        var done = VectorRewriter.Rewrite(
            _toy.Request("h.npy") with
            {
                FarOut = rows => [.. (rows.abs() > 1000).any(1).nonzero().data<long>().ToArray().Select(row => (int)row)],
            },
            ToyRewriting.Map,
            null,
            default
        );

        var fault = Assert.Single(done.Faults);
        Assert.Equal(7, fault.Line);
        Assert.Contains("a fill value, or an overflow", fault.Fault, StringComparison.Ordinal);
        _toy.IsMapped("h.npy", done.Faults);
    }

    [Fact]
    public void A_file_without_usable_vectors_in_most_rows_is_refused_and_nothing_is_written()
    {
        var numbers = ToyVectors.Numbers(50);
        for (var row = 0; row < 26; row++)
            numbers[row * 4] = float.NaN;
        _toy.Files.Write("h.npy", ToyVectors.Npy(numbers, 50, 4));
        var fault = Assert.Throws<InvalidInputException>(() => _toy.Rewrite("h.npy", ToyRewriting.Map));
        Assert.Contains("26 of 50 rows", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["h.npy"], _toy.Names());
    }

    [Fact]
    public void Before_anything_is_read_the_vectors_are_described()
    {
        _toy.Files.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(3), 3, 2, 2, 1));

        var opened = VectorRewriter.Open(_toy.Request("h.npy"));

        Assert.Equal(4, opened.Width);
        Assert.Equal("h.npy: the vectors are 4 numbers a row, an array of shape (3, 2, 2, 1) (the file's only array)", $"{opened.Origin}");
        Assert.Empty(opened.Notes);
        Assert.Equal(["h.npy"], _toy.Names());
    }

    [Theory]
    [InlineData("h.npz", "another format")]
    [InlineData("h.npy", "is the file that is read")]
    [InlineData("folder.npy", "is a folder")]
    [InlineData("used.npy", "already in use")]
    [InlineData("none/h.npy", "lies in a folder that does not exist")]
    public void An_output_that_cannot_be_is_refused(string output, string fault)
    {
        _toy.Files.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(3), 3, 4));
        _toy.Files.Write("used.npy", [1]);
        Directory.CreateDirectory(_toy.Files.At("folder.npy"));

        var problem = Assert.Single(Sheets.Refused(() => VectorRewriter.Open(_toy.Request("h.npy", output))));

        Assert.Contains(fault, problem.Fault, StringComparison.Ordinal);
        Assert.StartsWith("`path` ", problem.Subject, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
        Assert.Equal([1], _toy.Bytes("used.npy"));
    }

    [Fact]
    public void Everything_wrong_is_said_at_once()
    {
        _toy.Files.Write("h.npy", ToyVectors.Npy("<i8", [3], new byte[24]));

        var problems = Sheets.Refused(() => VectorRewriter.Open(_toy.Request("h.npy", "h.csv")));

        Assert.Contains("holds codes", problems[0].Fault, StringComparison.Ordinal);
        Assert.Contains("another format", problems[1].Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h.csv")]
    [InlineData("h.parquet")]
    public void A_column_called_as_the_codes_is_refused(string name)
    {
        _toy.Files.Write("h.csv", ["h0,h1,code", "1,2,3"]);
        _toy.Files.Write("h.parquet", ToyVectors.ParquetColumns(("h0", [1]), ("h1", [2]), ("code", [3])));

        Assert.Contains(
            "is there already",
            Assert.Single(Sheets.Refused(() => _toy.Rewrite(name, codes: true, taken: "code"))).Fault,
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string> All => ["h.npy", "h.npz", "h.safetensors", "h.csv", "h.parquet"];

    [Theory]
    [MemberData(nameof(All))]
    public void An_interruption_leaves_nothing(string name)
    {
        WriteAll();
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() =>
            VectorRewriter.Rewrite(
                _toy.Request(name),
                rows =>
                {
                    stop.Cancel();
                    return rows;
                },
                null,
                stop.Token
            )
        );

        AssertNothing(name);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_fault_of_the_function_is_thrown_as_it_is_and_leaves_nothing(string name)
    {
        WriteAll();

        var fault = Assert.Throws<FormatException>(() => _toy.Rewrite(name, _ => throw new FormatException("mine")));

        Assert.Equal("mine", fault.Message);
        AssertNothing(name);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_of_another_shape_than_was_said_is_no_result(string name)
    {
        WriteAll();

        Assert.Throws<ArgumentException>(() => _toy.Rewrite(name, rows => rows.narrow(1, 0, 1)));

        AssertNothing(name);
    }

    [Theory]
    [InlineData("h.npy")]
    [InlineData("h.npz")]
    [InlineData("h.parquet")]
    public void A_file_that_ends_early_is_named_and_leaves_nothing(string name)
    {
        WriteAll();
        var opened = VectorRewriter.Open(_toy.Request(name));
        var bytes = _toy.Bytes(name);
        _toy.Files.Write(name, bytes[..(bytes.Length / 2)]);

        var problem = Assert.Single(Sheets.Refused(() => opened.Rewrite(rows => rows, null, CancellationToken.None)));

        Assert.Equal(_toy.Files.At(name), problem.Subject);
        AssertNothing(name);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Progress_is_counted_in_rows_up_to_the_last(string name)
    {
        WriteAll();
        var observer = new Observer();

        VectorRewriter.Rewrite(_toy.Request(name), rows => rows, observer, CancellationToken.None);

        Assert.Equal(("rows", 5, 5), (observer.Last!.Unit, observer.Last.Done, observer.Last.Total));
    }

    // Tensors of this thread; others run beside it.
    private static long Alive => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private void WriteAll()
    {
        var numbers = ToyVectors.Numbers(5);
        var npy = ToyVectors.Npy(numbers, 5, 4);
        _toy.Files.Write("h.npy", npy);
        _toy.Files.Write("h.npz", ToyVectors.Npz(System.IO.Compression.CompressionLevel.NoCompression, ("h", npy)));
        _toy.Files.Write("h.safetensors", ToyVectors.Safetensors(("h", "F32", [5, 4], ToyVectors.Bytes(numbers))));
        _toy.Files.Write("h.csv", ToyVectors.Lines("h0,h1", 4, i => $"{i},{i / 8f}").Append("4,1"));
        float?[][] lists = [.. numbers.Chunk(4).Select(row => row.Select(number => (float?)number).ToArray())];
        _toy.Files.Write("h.parquet", ToyVectors.ParquetLists(lists, [.. lists.Select((_, row) => ToyVectors.Key(row))], 2));
    }

    private void AssertNothing(string name) =>
        Assert.DoesNotContain(_toy.Names(), file => file.StartsWith("out", StringComparison.Ordinal) || !All.Any(row => row.Data == file));

    private sealed class Observer : IReadingObserver
    {
        public ReadingProgress? Last { get; private set; }

        public void OnReading(ReadingProgress progress) => Last = progress;

        public void OnNote(string note) { }
    }
}
