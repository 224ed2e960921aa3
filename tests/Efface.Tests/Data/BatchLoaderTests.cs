using CsCheck;
using Efface.Data;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Data;

[Collection(SharedTorch.Name)]
public sealed class BatchLoaderTests
{
    private static readonly Gen<(int Images, int BatchSize, int? Seed, int Workers)> Epochs = Gen.Select(
        Gen.Int[0, 70],
        Gen.Int[1, 80],
        Gen.Int[0, 9].Nullable(),
        Gen.Int[1, 8]
    );

    [Fact]
    public void An_epoch_shows_every_image_once() =>
        Epochs.Sample(
            (images, batchSize, seed, workers) =>
            {
                using var table = Table(images);
                var rows = Enumerable.Range(0, images).ToArray();

                Assert.Equal(rows, Numbers(Loader(table, rows, batchSize, workers), seed).Order());
            }
        );

    [Fact]
    public void The_order_is_the_same_for_any_number_of_workers() =>
        Epochs.Sample(
            (images, batchSize, seed, workers) =>
            {
                using var table = Table(images);
                var rows = Enumerable.Range(0, images).ToArray();

                Assert.Equal(Numbers(Loader(table, rows, batchSize), seed), Numbers(Loader(table, rows, batchSize, workers), seed));
            }
        );

    [Fact]
    public void An_epoch_that_is_gone_on_with_shows_the_rest_in_the_same_batches() =>
        Gen.Select(Epochs, Gen.Int[0, 70])
            .Sample(
                (epoch, first) =>
                {
                    var (images, batchSize, seed, workers) = epoch;
                    using var table = Table(images);
                    var loader = Loader(table, [.. Enumerable.Range(0, images)], batchSize, workers);

                    Assert.Equal(Batches(loader, seed, 0).Skip(first), Batches(loader, seed, first));
                }
            );

    [Fact]
    public void Batches_differ_by_one_image_at_most_and_keep_to_the_size() =>
        Epochs.Sample(
            (images, batchSize, seed, workers) =>
            {
                using var table = Table(images);
                var loader = Loader(table, [.. Enumerable.Range(0, images)], batchSize, workers);
                var sizes = Sizes(loader, seed);

                Assert.Equal(loader.Batches, sizes.Length);
                Assert.All(sizes, size => Assert.InRange(size, sizes.Max() - 1, batchSize));
                Assert.Equal((images + batchSize - 1) / batchSize, sizes.Length);
            }
        );

    [Fact]
    public void Labels_belong_to_their_images()
    {
        using var table = Table(50);
        foreach (var batch in Loader(table, [.. Enumerable.Range(10, 35)], 8).Epoch(3, cancel: TestContext.Current.CancellationToken))
            using (batch)
            {
                var numbers = ToyTables.Numbers(batch.Values);
                Assert.Equal(numbers.Select(number => (long)number % 2), batch.Task.data<long>());
                Assert.Equal(numbers.Select(number => (long)number / 2 % 3), Assert.Single(batch.Attributes).data<long>());
            }
    }

    [Fact]
    public void Without_a_seed_the_order_is_that_of_the_rows()
    {
        using var table = Table(50);
        int[] rows = [7, 3, 49, 0, 12, 11, 30];

        Assert.Equal(rows, Numbers(Loader(table, rows, 3), seed: null));
    }

    [Fact]
    public void A_seed_decides_the_order()
    {
        using var table = Table(50);
        var loader = Loader(table, [.. Enumerable.Range(0, 50)], 8);

        Assert.Equal(Numbers(loader, 5), Numbers(loader, 5));
        Assert.NotEqual(Numbers(loader, 5), Numbers(loader, 6));
        Assert.NotEqual(Enumerable.Range(0, 50), Numbers(loader, 5));
    }

    [Fact]
    public void Shuffling_leaves_the_rows_it_was_given_alone()
    {
        using var table = Table(20);
        var rows = Enumerable.Range(0, 20).ToArray();
        Numbers(Loader(table, rows, 4), 5);

        Assert.Equal(Enumerable.Range(0, 20), rows);
    }

    [Theory(Timeout = 20_000)]
    [InlineData(1), InlineData(2), InlineData(8)]
    public async Task Leaving_an_epoch_early_neither_hangs_nor_leaves_a_tensor_behind(int workers)
    {
        using var table = Table(60);
        var loader = Loader(table, [.. Enumerable.Range(0, 60)], 2, workers);
        var before = LiveTensors();
        await Task.Run(
            () =>
            {
                // Time enough for the reader to fill its queue and wait with one more batch in hand.
                foreach (var batch in loader.Epoch(null, cancel: TestContext.Current.CancellationToken))
                    using (batch)
                    {
                        Thread.Sleep(100);
                        break;
                    }
            },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(before, Tensors());
    }

    [Fact(Timeout = 20_000)]
    public async Task Cancelling_ends_an_epoch_early()
    {
        using var table = Table(600);
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        await Task.Run(
            () =>
            {
                foreach (var batch in Loader(table, [.. Enumerable.Range(0, 600)], 2).Epoch(1, cancel: cancel.Token))
                    using (batch)
                        if (++seen == 5)
                            cancel.Cancel();
            },
            TestContext.Current.CancellationToken
        );

        Assert.InRange(seen, 5, 20);
    }

    [Theory]
    [InlineData(1), InlineData(8)]
    public void A_fault_of_the_reader_reaches_the_caller_in_its_turn(int workers)
    {
        using var table = Table(10);
        var loader = Loader(table, [1, 2, 3, 4, 99, 5, 6, 7], 2, workers);
        var before = LiveTensors();
        var seen = new List<int>();

        Assert.ThrowsAny<Exception>(() =>
        {
            foreach (var batch in loader.Epoch(null, cancel: TestContext.Current.CancellationToken))
                using (batch)
                    seen.AddRange(ToyTables.Numbers(batch.Values));
        });
        Assert.Equal([1, 2, 3, 4], seen);
        Assert.Equal(before, Tensors());
    }

    private static ImageTable Table(int images) => ToyTables.Numbered([.. Enumerable.Repeat(Part.Train, images)]);

    private static BatchLoader Loader(ImageTable table, int[] rows, int batchSize, int workers = 1) =>
        new(table, table["y"], [table["z"]], rows, batchSize) { Workers = workers };

    private static int[] Numbers(BatchLoader loader, int? seed) =>
        [
            .. loader
                .Epoch(seed)
                .SelectMany(batch =>
                {
                    using (batch)
                        return ToyTables.Numbers(batch.Values);
                }),
        ];

    private static int[][] Batches(BatchLoader loader, int? seed, int first) =>
        [
            .. loader
                .Epoch(seed, first)
                .Select(batch =>
                {
                    using (batch)
                        return ToyTables.Numbers(batch.Values);
                }),
        ];

    private static int[] Sizes(BatchLoader loader, int? seed) =>
        [
            .. loader
                .Epoch(seed)
                .Select(batch =>
                {
                    using (batch)
                        return batch.Size;
                }),
        ];

    private static long LiveTensors()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Tensors();
    }

    private static long Tensors() => torch.Tensor.TotalCount;
}
