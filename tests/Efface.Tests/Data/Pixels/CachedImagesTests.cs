using Efface.Data;
using Efface.Data.Pixels;
using Xunit;

namespace Efface.Tests.Data.Pixels;

/// <summary>Each picture is decoded once, whatever stops or changes between two runs.</summary>
public sealed class CachedImagesTests : IDisposable
{
    private readonly CacheInTemp _cache = new();

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData(1), InlineData(4)]
    public void Every_picture_has_its_own_pixels(int workers) =>
        Assert.Equal(Enumerable.Range(0, 270), CacheInTemp.Numbers(_cache.Decode(new FakeImages(270), workers: workers)));

    [Fact]
    public void A_second_run_opens_no_file()
    {
        var images = new FakeImages(40);
        var first = _cache.Decode(images, workers: 2);
        Assert.Equal(Enumerable.Range(0, 40), images.TakeReads());
        var second = _cache.Decode(images);

        Assert.Empty(images.TakeReads());
        Assert.Equal(first.Slots, second.Slots);
        Assert.Equal(first.Hashes, second.Hashes);
        Assert.Equal(Enumerable.Range(0, 40), CacheInTemp.Numbers(second));
    }

    [Fact]
    public void A_run_that_wants_more_decodes_the_rest()
    {
        var images = new FakeImages(20);
        new CachedImages(images, CacheInTemp.Root).Decode([3, 17, 5], _cache.Options());
        images.TakeReads();

        Assert.Equal(Enumerable.Range(0, 20), CacheInTemp.Numbers(_cache.Decode(images)));
        Assert.Equal(Enumerable.Range(0, 20).Except([3, 17, 5]), images.TakeReads());
    }

    [Fact]
    public void Nothing_wanted_is_nothing_decoded() => Assert.Empty(_cache.Decode(new FakeImages(0)).Slots);

    [Theory]
    [InlineData(1), InlineData(4)]
    public void What_was_decoded_before_it_was_stopped_is_not_decoded_again(int workers)
    {
        using var stop = new CancellationTokenSource();
        var images = new FakeImages(60)
        {
            OnRead = image =>
            {
                if (image == 30)
                    stop.Cancel();
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            CacheInTemp.Decode(images, _cache.Options(workers: workers) with { Cancel = stop.Token })
        );
        var before = images.TakeReads();

        Assert.Equal(Enumerable.Range(0, 60), CacheInTemp.Numbers(_cache.Decode(images)));
        Assert.InRange(before.Length, 1, 59);
        Assert.Equal(Enumerable.Range(0, 60).Except(before), images.TakeReads());
    }

    [Fact]
    public void A_picture_whose_file_changed_is_decoded_again_and_who_has_the_old_pixels_keeps_them()
    {
        var images = new FakeImages(10);
        var old = _cache.Decode(images);
        images.TakeReads();
        (images.Pictures[4], images.Stamps[4]) = (ImageZoo.Numbered(404), new FileStamp(1, 2));

        var changed = _cache.Decode(images);
        Assert.Equal([0, 1, 2, 3, 404, 5, 6, 7, 8, 9], CacheInTemp.Numbers(changed));
        Assert.Equal([4], images.TakeReads());
        Assert.Equal(Enumerable.Range(0, 10), CacheInTemp.Numbers(old));
        Assert.NotEqual(old.Hashes[4], changed.Hashes[4]);
    }

    [Fact]
    public void A_file_that_changed_while_length_and_time_were_kept_is_noticed_in_a_small_set()
    {
        var images = new FakeImages(20) { IsRandomAccess = true };
        _cache.Decode(images);
        images.Pictures[7] = ImageZoo.Numbered(707);

        Assert.Equal(707, CacheInTemp.Numbers(_cache.Decode(images))[7]);
        Assert.Contains("other contents", Assert.Single(_cache.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Looking_whether_files_changed_reads_a_few_of_them_alone()
    {
        var images = new FakeImages(150) { IsRandomAccess = true };
        _cache.Decode(images, workers: 2);
        images.TakeReads();
        _cache.Decode(images);

        Assert.InRange(images.TakeReads().Length, 1, 32);
        Assert.Empty(_cache.Notes);
    }

    [Fact]
    public void A_file_that_cannot_be_read_any_more_is_no_fault_of_the_cache()
    {
        var images = new FakeImages(5) { IsRandomAccess = true };
        _cache.Decode(images);
        images.OnRead = image =>
        {
            if (image == 2)
                throw new UnauthorizedAccessException();
        };

        Assert.Equal(Enumerable.Range(0, 5), CacheInTemp.Numbers(_cache.Decode(images)));
    }

    [Fact]
    public void A_faulty_picture_is_looked_at_once()
    {
        var images = new FakeImages([ImageZoo.Numbered(0), [1, 2, 3], ImageZoo.Numbered(2)[..40], ImageZoo.Numbered(3)]);
        var first = _cache.Decode(images);
        images.TakeReads();
        var second = _cache.Decode(images);

        Assert.Equal([0, -1, -1, 3], CacheInTemp.Numbers(second));
        Assert.Empty(images.TakeReads());
        Assert.Equal([1, 2], second.Faults.Keys.Order());
        Assert.Equal(first.Faults, second.Faults);
        Assert.NotEqual(second.Faults[1].Fault, second.Faults[2].Fault);
    }

    [Fact]
    public void A_faulty_picture_that_was_mended_is_decoded()
    {
        var images = new FakeImages([ImageZoo.Numbered(0), [1, 2, 3]]);
        _cache.Decode(images);
        (images.Pictures[1], images.Stamps[1]) = (ImageZoo.Numbered(1), new FileStamp(9, 9));
        var mended = _cache.Decode(images);

        Assert.Equal([0, 1], CacheInTemp.Numbers(mended));
        Assert.Empty(mended.Faults);
    }

    [Fact]
    public void A_raised_limit_of_pixels_is_tried()
    {
        var images = new FakeImages(2);
        var refused = _cache.Decode(images, ImageZoo.Limits with { Pixels = 3 });
        Assert.All(refused.Faults.Values, fault => Assert.Contains("--max-pixels", fault.Fault, StringComparison.Ordinal));
        Assert.Equal("2×2", refused.Faults[0].Value);
        images.TakeReads();

        Assert.Equal([-1, -1], CacheInTemp.Numbers(_cache.Decode(images, ImageZoo.Limits with { Pixels = 2 })));
        Assert.Empty(images.TakeReads());
        Assert.Equal([0, 1], CacheInTemp.Numbers(_cache.Decode(images, ImageZoo.Limits with { Pixels = 4 })));
    }

    [Fact]
    public void A_timeout_is_not_remembered()
    {
        var images = new FakeImages(1);
        var slow = _cache.Decode(images, ImageZoo.Limits with { Seconds = 1e-6 });

        Assert.Contains("--image-timeout", slow.Faults[0].Fault, StringComparison.Ordinal);
        Assert.Equal([0], CacheInTemp.Numbers(_cache.Decode(images)));
    }

    [Fact]
    public void Missing_empty_large_and_unreadable_files_are_faults_of_their_own_and_are_not_remembered()
    {
        var images = new FakeImages(5) { IsRandomAccess = true };
        var stamps = images.Stamps.ToArray();
        (images.Stamps[0], images.Stamps[1], images.Stamps[2]) = (null, new FileStamp(0, 1), new FileStamp(200_000_000, 1));
        images.OnRead = image =>
        {
            if (image == 3)
                throw new IOException("no");
        };
        var faulty = _cache.Decode(images);

        Assert.Equal([0, 1, 2, 3], faulty.Faults.Keys.Order());
        Assert.Equal(4, faulty.Faults.Values.Select(fault => fault.Fault).Distinct().Count());
        stamps.CopyTo(images.Stamps, 0);
        images.OnRead = _ => { };
        Assert.Equal(Enumerable.Range(0, 5), CacheInTemp.Numbers(_cache.Decode(images)));
    }

    [Fact]
    public void Pictures_within_a_large_file_are_weighed_by_their_own_bytes()
    {
        var images = new FakeImages([ImageZoo.Numbered(0), [], new byte[3_000_000], ImageZoo.Numbered(3)]);
        Array.Fill(images.Stamps, new FileStamp(900_000_000, 1));
        var decoded = _cache.Decode(images, ImageZoo.Limits with { Bytes = 2_000_000 });

        Assert.Equal([1, 2], decoded.Faults.Keys.Order());
        Assert.Equal(("is empty", "3.0 MB"), (decoded.Faults[1].Fault, decoded.Faults[2].Value));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_told_with_what_it_needs()
    {
        var file = Path.Combine(_cache.Folder, "file");
        File.WriteAllText(file, "");
        var problem = Assert.Single(
            Assert
                .Throws<InvalidInputException>(() => CacheInTemp.Decode(new FakeImages(3), _cache.Options() with { CacheRoot = file }))
                .Problems
        );

        Assert.Contains(file, problem.Subject.InFlags(), StringComparison.Ordinal);
        Assert.Contains("--cache", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapped_table_is_equal_to_one_in_memory()
    {
        var decoded = _cache.Decode(new FakeImages(6));
        int[] slots = [.. decoded.Slots.Reverse()];
        UInt128[] hashes = [.. decoded.Hashes.Reverse()];
        using var mapped = new ImageTable(
            "toy",
            decoded.Pixels,
            [ToyTables.Labels("y", 2, 6, row => row % 2)],
            new Part[6],
            slots: slots,
            hashes: hashes
        );
        using var inMemory = new ImageTable(
            "toy",
            mapped.Gather([0, 1, 2, 3, 4, 5]).clone(),
            [ToyTables.Labels("y", 2, 6, row => row % 2)],
            new Part[6]
        );

        Assert.Equal(inMemory.Hashes, mapped.Hashes);
        Assert.Equal(inMemory.Fingerprint, mapped.Fingerprint);
        Assert.Equal(5, CacheInTemp.Number(mapped.Gather([0])[0]));
    }
}
