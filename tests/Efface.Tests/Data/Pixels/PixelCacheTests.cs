using CsCheck;
using Efface.Data;
using Efface.Data.Pixels;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>What was written is read, or it is noticed that it cannot be.</summary>
public sealed class PixelCacheTests : IDisposable
{
    private static readonly Gen<PixelRecord> Records = Gen.Select(
        Gen.UInt,
        Gen.Long[1, 1L << 40],
        Gen.Long,
        Gen.Int[0, 4],
        Gen.Int.Positive,
        (name, length, modified, fault, size) =>
            new PixelRecord
            {
                Name = name,
                Stamp = new FileStamp(length, modified),
                Content = (UInt128)name << 70,
                Fault = (DecodingFault)fault,
                Width = size,
                Height = size / 2,
            }
    );

    private readonly CacheInTemp _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void What_is_written_is_found_again() =>
        Records
            .Array[0, 20]
            .Sample(
                records =>
                {
                    using var cache = new CacheInTemp();
                    var pixels = records.Select(record => Planes((byte)record.Width)).ToArray();
                    PixelRecord[] written;
                    using (var open = cache.Open())
                        written =
                        [
                            .. records.Select((record, i) => open.Append(record with { Pixels = ContentHash.Of(pixels[i]) }, pixels[i])),
                        ];

                    using var again = cache.Open();
                    var map = again.Map(CacheInTemp.Geometry.Side);
                    Assert.False(again.WasDamaged);
                    Assert.Equal(0, again.CountDamaged());
                    for (var i = 0; i < records.Length; i++)
                    {
                        // The last record of a name is the one that counts.
                        if (written.Skip(i + 1).Any(later => later.Name == written[i].Name))
                            continue;
                        Assert.Equal(written[i], again.Find(written[i].Name, written[i].Stamp));
                        Assert.Null(again.Find(written[i].Name, written[i].Stamp with { Length = written[i].Stamp.Length + 1 }));
                        Assert.Null(again.Find(written[i].Name, written[i].Stamp with { Modified = written[i].Stamp.Modified ^ 1 }));
                        Assert.Equal(written[i].Fault is DecodingFault.None, written[i].Slot >= 0);
                        if (written[i].Slot >= 0)
                            Assert.Equal(pixels[i], map[written[i].Slot].data<byte>().ToArray());
                    }
                },
                iter: 50,
                threads: 1
            );

    [Fact]
    public void Many_threads_write_side_by_side()
    {
        using (var cache = _cache.Open())
            Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
                cache.Append(new PixelRecord { Name = (UInt128)i, Pixels = ContentHash.Of(Planes((byte)i)) }, Planes((byte)i))
            );

        using var again = _cache.Open();
        Assert.Equal(0, again.CountDamaged());
        Assert.Equal(Enumerable.Range(0, 500), Enumerable.Range(0, 500).Select(i => again.Find((UInt128)i, default)!.Value.Slot).Order());
    }

    [Fact]
    public void An_index_cut_anywhere_loses_no_more_than_what_was_cut()
    {
        var images = new FakeImages(2);
        _cache.Decode(images);
        var whole = File.ReadAllBytes(_cache.Index);
        for (var length = whole.Length; length >= 0; length--)
        {
            File.WriteAllBytes(_cache.Index, whole[..length]);
            images.TakeReads();

            Assert.Equal(Enumerable.Range(0, 2), CacheInTemp.Numbers(_cache.Decode(images)));
            Assert.Equal(2 - 2 * length / whole.Length, images.TakeReads().Length);
        }
        Assert.Empty(_cache.Notes);
    }

    [Fact]
    public void An_index_with_a_wrong_byte_gives_no_wrong_pixels()
    {
        var images = new FakeImages(4);
        _cache.Decode(images);
        var whole = File.ReadAllBytes(_cache.Index);
        for (var at = 0; at < whole.Length; at += 9)
        {
            byte[] wrong = [.. whole];
            wrong[at] ^= 0x21;
            File.WriteAllBytes(_cache.Index, wrong);

            Assert.Equal(Enumerable.Range(0, 4), CacheInTemp.Numbers(_cache.Decode(images)));
        }
    }

    [Fact]
    public void Pixels_cut_anywhere_are_decoded_again()
    {
        var images = new FakeImages(5);
        _cache.Decode(images);
        var whole = File.ReadAllBytes(_cache.Pixels);
        for (var length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(_cache.Pixels, whole[..length]);

            Assert.Equal(Enumerable.Range(0, 5), CacheInTemp.Numbers(_cache.Decode(images)));
        }
    }

    [Fact]
    public void A_wrong_pixel_of_a_small_cache_is_noticed_when_it_is_opened()
    {
        var images = new FakeImages(20);
        _cache.Decode(images);
        images.TakeReads();
        Flip(_cache.Pixels, 7 * CacheInTemp.Geometry.Bytes + 3);

        Assert.Equal(Enumerable.Range(0, 20), CacheInTemp.Numbers(_cache.Decode(images)));
        Assert.Equal(Enumerable.Range(0, 20), images.TakeReads());
        Assert.Contains("damaged", Assert.Single(_cache.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20), InlineData(300)]
    public void Every_damaged_image_is_counted_and_none_is_thrown_away_by_counting(int count)
    {
        _cache.Decode(new FakeImages(count), workers: 2);
        var description = Assert.Single(CacheFolder.List(_cache.Folder)).Description!;
        Assert.Equal(0, CacheFolder.CountDamaged(_cache.Folder, description));
        foreach (var slot in new[] { 0, 7, count - 1 })
            Flip(_cache.Pixels, slot * CacheInTemp.Geometry.Bytes + slot % 40);
        var pixels = File.ReadAllBytes(_cache.Pixels);

        Assert.Equal(3, CacheFolder.CountDamaged(_cache.Folder, description));
        Assert.Equal(3, CacheFolder.CountDamaged(_cache.Folder, description));
        Assert.Equal(pixels, File.ReadAllBytes(_cache.Pixels));
    }

    [Fact]
    public void Who_maps_a_cache_that_is_thrown_away_keeps_its_pixels()
    {
        var images = new FakeImages(20);
        var mapped = _cache.Decode(images);
        Assert.Equal(19, CacheInTemp.Numbers(mapped)[19]);
        Flip(_cache.Index, 3);
        File.Delete(_cache.Pixels);
        _cache.Decode(images);

        Assert.Equal(Enumerable.Range(0, 20), CacheInTemp.Numbers(mapped));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_second_run_waits_until_the_first_has_closed_the_cache()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var waiting = new ManualResetEventSlim();
        var (first, waits) = (_cache.Open(), 0);
        var second = Task.Run(
            () =>
                _cache.Open(() =>
                {
                    waits++;
                    waiting.Set();
                }),
            cancel
        );
        waiting.Wait(cancel);
        first.Append(new PixelRecord { Name = 1, Pixels = ContentHash.Of(Planes(9)) }, Planes(9));
        Assert.False(second.IsCompleted);
        first.Dispose();

        using var opened = await second;
        Assert.NotNull(opened.Find(1, default));
        Assert.Equal(1, waits);
    }

    [Fact]
    public void Waiting_ends_when_the_user_stops_it()
    {
        using var first = _cache.Open();
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() =>
            PixelCache.Open(_cache.Folder, CacheInTemp.Root, CacheInTemp.Geometry, stop.Cancel, stop.Token)
        );
    }

    [Fact]
    public void Runs_that_decode_the_same_pictures_at_once_share_them()
    {
        var images = new FakeImages(30);
        var numbers = new int[4][];
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, run =>
            numbers[run] = CacheInTemp.Numbers(_cache.Decode(images))
        );

        Assert.All(numbers, found => Assert.Equal(Enumerable.Range(0, 30), found));
        Assert.Equal(Enumerable.Range(0, 30), images.TakeReads());
    }

    private static byte[] Planes(byte seed)
    {
        var pixels = new byte[CacheInTemp.Geometry.Bytes];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static void Flip(string file, int at)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = at;
        var value = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(value ^ 4));
    }
}
