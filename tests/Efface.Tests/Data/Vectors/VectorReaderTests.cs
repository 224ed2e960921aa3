using System.IO.Compression;
using CsCheck;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Data.Vectors;

[OneThread]
public sealed class VectorReaderTests : IDisposable
{
    private const int Count = ToyVectors.Count;

    private readonly ToyVectors _toy = new();

    public VectorReaderTests() => _toy.WriteLabels();

    public void Dispose() => _toy.Dispose();

    [Fact]
    public void Every_format_gives_the_same_table()
    {
        int[] all = [.. Enumerable.Range(0, Count)];
        var numbers = ToyVectors.Numbers();
        _toy.Write("h.npy", ToyVectors.Npy(numbers, Count, 4));
        _toy.Write("h.npz", ToyVectors.Npz(CompressionLevel.Optimal, ("h", ToyVectors.Npy(numbers, Count, 4))));
        _toy.Write("h.safetensors", ToyVectors.Safetensors(("h", "F32", [Count, 4], ToyVectors.Bytes(numbers))));
        _toy.Write("h.csv", ToyVectors.Lines("h0,h1,h2,h3", Count, Row));
        _toy.Write("h.tsv", ToyVectors.Lines("h0\th1\th2\th3", Count, i => Row(i).Replace(',', '\t')));
        _toy.Write("h.parquet", ToyVectors.ParquetLists([.. all.Select(Cells)], [.. all.Select(ToyVectors.Key)], 50));
        _toy.Write(
            "columns.parquet",
            ToyVectors.ParquetColumns([
                .. "0123".Select((name, place) => ($"h{name}", all.Select(i => (double?)ToyVectors.Number(i, place)).ToArray())),
            ])
        );

        using var read = VectorReader.Read(_toy.Options("h.npy"), cancel: TestContext.Current.CancellationToken);
        Assert.Equal(numbers, ToyVectors.Of(read.Values));
        Assert.Equal(["y", "z", "person"], read.Columns.Select(column => column.Name));
        Assert.Equal(all.Select(i => i / 2 % 3), read.Columns[1].Labels);
        Assert.Equal(all.Select(i => (Part)(i / 6 % 3)), read.Parts);
        Assert.False(read.PartsDrawn);
        Assert.Equal((1, 0), (read.Draws, read.Skipped.Count));
        foreach (var name in new[] { "h.npz", "h.safetensors", "h.csv", "h.tsv", "h.parquet", "columns.parquet" })
        {
            using var other = VectorReader.Read(_toy.Options(name), cancel: TestContext.Current.CancellationToken);
            Assert.Equal(read.Fingerprint, other.Fingerprint);
            Assert.Equal(name, other.Name);
        }
    }

    [Fact]
    public void Rows_in_any_order_joined_by_key_are_those_joined_by_position() =>
        Gen.Shuffle(Enumerable.Range(0, Count).ToArray())
            .Sample(
                order =>
                {
                    _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));
                    _toy.Write("h.npz", Keyed(order));
                    using var wanted = VectorReader.Read(_toy.Options("h.npy"));

                    using var read = VectorReader.Read(_toy.Options("h.npz") with { Key = "key" });

                    Assert.Equal(wanted.Fingerprint, read.Fingerprint);
                },
                iter: 20,
                threads: 1
            );

    [Fact]
    public void Keys_on_one_side_alone_are_skipped_and_listed()
    {
        int[] images = [.. Enumerable.Range(3, Count)];
        _toy.Write("h.npz", Keyed(images));

        using var read = VectorReader.Read(_toy.Options("h.npz") with { Key = "key" }, cancel: TestContext.Current.CancellationToken);

        Assert.Equal(ToyVectors.Numbers(Enumerable.Range(3, Count - 3)), ToyVectors.Of(read.Values));
        Assert.Equal(
            ["has a key that is not in h.npz", "has a key that is not in labels.csv"],
            read.Skipped.GroupBy(fault => fault.Fault).Where(group => group.Count() == 3).Select(group => group.Key)
        );
        Assert.Equal(
            [ToyVectors.Key(0), ToyVectors.Key(1), ToyVectors.Key(2)],
            read.Skipped.Where(fault => fault.File == "labels.csv").Select(fault => fault.Value!)
        );
    }

    [Fact]
    public void Of_several_draws_the_first_and_the_mean_are_kept()
    {
        int[] images = [.. Enumerable.Range(0, Count), .. Enumerable.Range(0, Count), 7];
        float[] numbers = [.. images.SelectMany((image, row) => new[] { image, (float)row })];
        _toy.Write(
            "h.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("h", ToyVectors.Npy(numbers, images.Length, 2)),
                ("key", ToyVectors.NpyNames([.. images.Select(ToyVectors.Key)]))
            )
        );

        using var read = VectorReader.Read(_toy.Options("h.npz") with { Key = "key" }, cancel: TestContext.Current.CancellationToken);

        Assert.Equal(2, read.Draws);
        Assert.Equal(Enumerable.Range(0, Count).SelectMany(i => new[] { i, (float)i }), ToyVectors.Of(read.Values));
        var mean = ToyVectors.Of(read.MeanOfDraws!);
        Assert.All(Enumerable.Range(0, Count), i =>
        {
            Assert.Equal(i, mean[2 * i], 1e-4f);
            Assert.Equal(
                images.Select((image, row) => (image, row)).Where(pair => pair.image == i).Average(pair => pair.row),
                mean[2 * i + 1],
                1e-4f
            );
        });
        Assert.Contains(read.Notes, note => note.Contains("2 to 3 draws", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_with_numbers_that_are_not_finite_are_skipped_with_their_share()
    {
        var numbers = ToyVectors.Numbers();
        (numbers[5 * 4], numbers[5 * 4 + 1], numbers[9 * 4 + 3]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        _toy.Write("h.npy", ToyVectors.Npy(numbers, Count, 4));

        using var read = VectorReader.Read(_toy.Options("h.npy"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(
            [("h.npy", 5, "2 of 4 numbers"), ("h.npy", 9, "1 of 4 numbers")],
            read.Skipped.Select(fault => (fault.File, fault.Line!.Value, fault.Value!))
        );
        Assert.Equal(ToyVectors.Numbers(Enumerable.Range(0, Count).Except([5, 9])), ToyVectors.Of(read.Values));
        Assert.Equal(Count - 2, read.Columns[0].Labels.Length);

        for (var row = 0; row <= Count / 2; row++)
            numbers[row * 4] = float.NaN;
        _toy.Write("h.npy", ToyVectors.Npy(numbers, Count, 4));
        Assert.Contains("61 of 120 rows", Assert.Single(ToyVectors.Refused(_toy.Options("h.npy"))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_before_is_joined_to_the_same_images()
    {
        int[] order = [.. Enumerable.Range(0, Count).Reverse()];
        _toy.Write("h.npz", Keyed(order[..^1]));
        _toy.Write(
            "before.npz",
            ToyVectors.Npz(
                CompressionLevel.Optimal,
                ("b", ToyVectors.Npy([.. order[1..].Reverse().Select(i => -(float)i)], Count - 1, 1)),
                ("key", ToyVectors.NpyNames([.. order[1..].Reverse().Select(ToyVectors.Key)]))
            )
        );

        using var read = VectorReader.Read(
            _toy.Options("h.npz") with
            {
                Key = "key",
                Before = _toy.At("before.npz"),
            },
            cancel: TestContext.Current.CancellationToken
        );

        // The first image has no vector, the last had none before.
        Assert.Equal(ToyVectors.Numbers(Enumerable.Range(1, Count - 2)), ToyVectors.Of(read.Values));
        Assert.Equal(Enumerable.Range(1, Count - 2).Select(i => -(float)i), ToyVectors.Of(read.Before!));
    }

    [Fact]
    public void Drawn_parts_split_no_group_and_have_their_shares() =>
        Gen.Select(Gen.Int[0, 99].Array[300], Gen.Int[0, 1_000])
            .Sample(
                (people, seed) =>
                {
                    _toy.Write("people.csv", ToyVectors.Lines("key,y,z,person", 300, i => $"{i},{i % 2},{i / 2 % 2},p{people[i]}"));
                    _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(300), 300, 4));

                    using var read = VectorReader.Read(
                        _toy.Options("h.npy", "people.csv") with
                        {
                            SplitColumn = null,
                            GroupColumn = "person",
                            Seed = seed,
                        }
                    );

                    Assert.True(read.PartsDrawn);
                    Assert.Equal(people.Distinct().Count(), read.Groups!.Max() + 1);
                    Assert.All(Enumerable.Range(0, 300).GroupBy(row => read.Groups![row]), group =>
                        Assert.Single(group.Select(row => (people[row], read.Parts[row])).Distinct())
                    );
                    Assert.InRange(read.Parts.Count(part => part is Part.Test), 70, 110);
                    Assert.InRange(read.Parts.Count(part => part is Part.Validation), 40, 80);
                },
                iter: 20,
                threads: 1
            );

    [Fact]
    public void Drawn_parts_are_stratified_and_follow_the_seed()
    {
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));
        var options = _toy.Options("h.npy") with { SplitColumn = null };

        using var one = VectorReader.Read(options, cancel: TestContext.Current.CancellationToken);
        using var same = VectorReader.Read(options, cancel: TestContext.Current.CancellationToken);
        using var other = VectorReader.Read(options with { Seed = 1 }, cancel: TestContext.Current.CancellationToken);

        Assert.Equal(
            (60, 24, 36),
            (
                one.Parts.Count(part => part is Part.Train),
                one.Parts.Count(part => part is Part.Validation),
                one.Parts.Count(part => part is Part.Test)
            )
        );
        Assert.All(Enumerable.Range(0, Count).GroupBy(i => (i % 2, i / 2 % 3)), group =>
            Assert.Equal(6, group.Count(row => one.Parts[row] is Part.Test))
        );
        Assert.Equal(one.Parts, same.Parts);
        Assert.NotEqual(one.Parts, other.Parts);
    }

    [Fact]
    public void A_split_without_validation_holds_a_tenth_of_train_out()
    {
        _toy.Write("two.csv", ToyVectors.Lines("y,z,split", 300, i => $"{i % 2},{i / 2 % 2},{(i < 250 ? "train" : "test")}"));
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(300), 300, 4));

        using var read = VectorReader.Read(_toy.Options("h.npy", "two.csv"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal((25, 50), (read.Parts.Count(part => part is Part.Validation), read.Parts.Count(part => part is Part.Test)));
        Assert.Contains(read.Notes, note => note.Contains("no validation part", StringComparison.Ordinal));
    }

    [Fact]
    public void One_file_can_hold_vectors_and_labels()
    {
        _toy.Write(
            "all.csv",
            ToyVectors.Lines("key,h0,y,z,h1,split,name,hair", Count, i =>
                $"{i},{i},{i % 2},{i / 2 % 3},{i + 0.5},{i % 3},name {i},{(i % 5 == 0 ? "red" : "black")}"
            )
        );

        using var read = VectorReader.Read(
            _toy.Options("all.csv", "all.csv") with
            {
                Key = "key",
            },
            cancel: TestContext.Current.CancellationToken
        );

        Assert.Equal(Enumerable.Range(0, Count).SelectMany(i => new[] { i, i + 0.5f }), ToyVectors.Of(read.Values));
        Assert.Equal(["y", "z", "hair"], read.Columns.Select(column => column.Name));
        Assert.Contains(read.Notes, note => note.EndsWith("left out: name", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_row_of_the_labels_moves_no_other()
    {
        _toy.Write("labels.csv", ToyVectors.Lines("key,y,z,split", Count, i => i switch
                {
                    3 => "3,no",
                    8 => "8,,1,train",
                    10 => "10,yes,1,sometimes",
                    _ => $"{i},{(i % 2 == 0 ? "yes" : "no")},{i / 2 % 3},{i / 6 % 3}",
                }));
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));

        using var read = VectorReader.Read(_toy.Options("h.npy"), cancel: TestContext.Current.CancellationToken);

        int[] used = [.. Enumerable.Range(0, Count).Except([3, 8, 10])];
        Assert.Equal(ToyVectors.Numbers(used), ToyVectors.Of(read.Values));
        Assert.Equal(used.Select(i => i / 2 % 3), read.Columns.Single(column => column.Name == "z").Labels);
        Assert.Equal([5, 10, 12], read.Skipped.Select(fault => fault.Line!.Value).Order());
    }

    [Fact]
    public void Codes_far_apart_are_numbered_anew()
    {
        _toy.Write(
            "c.npy",
            ToyVectors.Npy("<i8", [Count], ToyVectors.Bytes([.. Enumerable.Range(0, Count).Select(i => (i % 4 - 1) * 1_000_000_000_000L)]))
        );

        using var read = VectorReader.Read(_toy.Options("c.npy"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, Count).Select(i => (long)(i % 4)), read.Values.data<long>().ToArray());
        Assert.Contains(read.Notes, note => note.Contains("renumbered from 0 to 3", StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_may_be_parquet()
    {
        int[] all = [.. Enumerable.Range(0, Count)];
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));
        _toy.Write(
            "labels.parquet",
            ToyVectors.ParquetColumns(
                ("y", [.. all.Select(i => (double?)(i % 2))]),
                ("z", [.. all.Select(i => i == 4 ? null : (double?)(i / 2 % 3))]),
                ("split", [.. all.Select(i => (double?)(i / 6 % 3))])
            )
        );

        using var read = VectorReader.Read(_toy.Options("h.npy", "labels.parquet"), cancel: TestContext.Current.CancellationToken);

        Assert.Equal(all.Except([4]).Select(i => i / 2 % 3), read.Columns.Single(column => column.Name == "z").Labels);
        Assert.Equal(
            ("labels.parquet", 4, "z"),
            Assert.Single(read.Skipped) is var fault ? (fault.File, fault.Line, fault.Column) : default
        );
    }

    [Fact]
    public void Reading_tells_how_far_it_is_and_can_be_stopped()
    {
        _toy.Write("h.npy", ToyVectors.Npy(ToyVectors.Numbers(), Count, 4));
        var observer = new Observer();

        VectorReader.Read(_toy.Options("h.npy"), observer, TestContext.Current.CancellationToken).Dispose();

        Assert.Equal((Count, Count), (observer.Last!.Done, observer.Last.Total));
        Assert.Throws<OperationCanceledException>(() =>
            VectorReader.Read(_toy.Options("h.npy"), cancel: new CancellationToken(canceled: true))
        );
    }

    [Fact]
    public void No_tensor_outlives_a_table_or_a_refusal()
    {
        _toy.Write("h.npz", Keyed([.. Enumerable.Range(0, Count), .. Enumerable.Range(0, Count)]));
        _toy.Write("c.npy", ToyVectors.Npy(ToyVectors.Numbers(100), 100, 4));
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        VectorReader
            .Read(_toy.Options("h.npz") with { Key = "key", Before = _toy.At("h.npz") }, cancel: TestContext.Current.CancellationToken)
            .Dispose();
        ToyVectors.Refused(_toy.Options("c.npy"));

        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static string Row(int image) =>
        string.Join(',', Cells(image)!.Select(number => number!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static float?[]? Cells(int image) => [.. ToyVectors.Numbers([image]).Select(number => (float?)number)];

    private static byte[] Keyed(int[] images) =>
        ToyVectors.Npz(
            CompressionLevel.Optimal,
            ("h", ToyVectors.Npy(ToyVectors.Numbers(images), images.Length, 4)),
            ("key", ToyVectors.NpyNames([.. images.Select(ToyVectors.Key)]))
        );

    private sealed class Observer : IReadingObserver
    {
        public ReadingProgress? Last { get; private set; }

        public void OnReading(ReadingProgress progress) => Last = progress;

        public void OnNote(string note) { }
    }
}
