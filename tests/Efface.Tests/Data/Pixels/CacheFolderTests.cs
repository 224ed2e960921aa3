using Efface.Data.Pixels;
using Xunit;

namespace Efface.Tests.Data.Pixels;

public sealed class CacheFolderTests : IDisposable
{
    private readonly CacheInTemp _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void Another_root_geometry_or_decoder_is_another_folder()
    {
        var one = new CacheDescription(1, "/a", CacheInTemp.Geometry, "1");
        CacheDescription[] others =
        [
            one with
            {
                Root = "/b",
            },
            one with
            {
                Decoder = "2",
            },
            one with
            {
                SchemaVersion = 2,
            },
            one with
            {
                Geometry = one.Geometry with { Side = 5 },
            },
            one with
            {
                Geometry = one.Geometry with { Mode = ResizeMode.Fit },
            },
            one with
            {
                Geometry = one.Geometry with { Background = Colour.White },
            },
        ];

        Assert.Equal(7, others.Prepend(one).Select(description => PixelCache.FolderFor("/cache", description)).Distinct().Count());
        Assert.Equal(PixelCache.FolderFor("/cache", one), PixelCache.FolderFor("/cache", one with { Root = "/a" }));
    }

    [Fact]
    public void Pictures_at_two_sizes_do_not_disturb_each_other()
    {
        var images = new FakeImages(3);
        var (small, large) = (_cache.Options(), _cache.Options() with { Geometry = CacheInTemp.Geometry with { Side = 6 } });
        foreach (var reading in new[] { small, large, small, large })
        {
            var decoded = CacheInTemp.Decode(images, reading);
            Assert.Equal(reading.Geometry.Side, decoded.Pixels.shape[3]);
            Assert.Equal([0, 1, 2], CacheInTemp.Numbers(decoded));
        }

        Assert.Equal([0, 0, 1, 1, 2, 2], images.TakeReads());
    }

    [Fact]
    public void Caches_are_listed_with_what_they_are_of()
    {
        _cache.Decode(new FakeImages(3));
        new CachedImages(new FakeImages(2), "/other").Decode([0, 1], _cache.Options());
        var entries = CacheFolder.List(_cache.Folder);

        Assert.Equal([Path.GetFullPath("/other"), Path.GetFullPath(CacheInTemp.Root)], entries.Select(entry => entry.Description!.Root));
        Assert.Equal(CacheInTemp.Geometry, entries[0].Description!.Geometry);
        Assert.All(entries, entry => Assert.Equal(Directory.GetFiles(entry.Folder).Sum(file => new FileInfo(file).Length), entry.Bytes));
        Assert.Equal(entries[1].Folder, Assert.Single(CacheFolder.List(_cache.Folder, CacheInTemp.Root)).Folder);
        Assert.Empty(CacheFolder.List(_cache.Folder, "/nowhere"));
        Assert.Empty(CacheFolder.List(Path.Combine(_cache.Folder, "nowhere")));
    }

    [Fact]
    public void Clearing_takes_caches_alone()
    {
        // What else may lie there: a user's folder with a file of the same name, and files.
        var mine = Directory.CreateDirectory(Path.Combine(_cache.Folder, "thesis")).FullName;
        string[] kept =
        [
            Path.Combine(mine, PixelCache.IndexFile),
            Path.Combine(mine, "chapter.tex"),
            Path.Combine(_cache.Folder, "notes.txt"),
        ];
        foreach (var file in kept)
            File.WriteAllText(file, "mine");
        _cache.Decode(new FakeImages(2));
        new CachedImages(new FakeImages(2), "/other").Decode([0, 1], _cache.Options());

        Assert.Single(CacheFolder.Clear(_cache.Folder, "/other"));
        Assert.Single(CacheFolder.List(_cache.Folder));
        Assert.Single(CacheFolder.Clear(_cache.Folder));
        Assert.Empty(CacheFolder.List(_cache.Folder));
        Assert.All(kept, file => Assert.Equal("mine", File.ReadAllText(file)));
        Assert.Equal(mine, Assert.Single(Directory.GetDirectories(_cache.Folder)));
    }

    [Fact]
    public void A_cache_that_is_being_filled_is_not_cleared()
    {
        _cache.Decode(new FakeImages(2));
        using (_cache.Open())
            Assert.Equal(
                _cache.Own,
                Assert.Single(Assert.Throws<InvalidInputException>(() => CacheFolder.Clear(_cache.Folder)).Problems).Subject
            );

        Assert.Single(CacheFolder.Clear(_cache.Folder));
    }

    [Fact]
    public void A_cache_whose_description_is_lost_is_listed_and_cleared()
    {
        _cache.Decode(new FakeImages(2));
        File.WriteAllText(Path.Combine(_cache.Own, PixelCache.DescriptionFile), "{ half");

        Assert.Null(Assert.Single(CacheFolder.List(_cache.Folder)).Description);
        Assert.Single(CacheFolder.Clear(_cache.Folder));
        Assert.Empty(Directory.GetDirectories(_cache.Folder));
    }

    [Fact]
    public void Looking_into_a_cache_of_another_decoder_begins_none()
    {
        _cache.Decode(new FakeImages(2));
        var own = _cache.Own;
        var description = CacheFolder.List(_cache.Folder)[0].Description! with { Decoder = "0" };
        Directory.Move(own, PixelCache.FolderFor(_cache.Folder, description));

        Assert.Equal(0, CacheFolder.CountDamaged(_cache.Folder, description));
        Assert.Single(Directory.GetDirectories(_cache.Folder));
    }
}
