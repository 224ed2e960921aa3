using Efface.Data.Pixels;
using Xunit;

namespace Efface.Tests.Data.Pixels;

public sealed class FileImagesTests : IDisposable
{
    private readonly CacheInTemp _cache = new();
    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose()
    {
        _cache.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Files_are_read_whatever_their_names_end_in()
    {
        using var picture = ImageZoo.Picture(40, 40);
        string[] formats = ["jpeg", "png", "webp", "gif", "tiff", "avif"];
        // Each is called what another one is.
        string[] names = ["a.png", "b.jpg", "c.gif", "d.tif", "e", "f.txt"];
        foreach (var (name, format) in names.Zip(formats))
            File.WriteAllBytes(Path.Combine(_root, name), ImageZoo.Write(picture, format));
        var decoded = _cache.Decode(new FileImages(_root, names));

        Assert.Empty(decoded.Faults);
        var expected = ImageZoo.Planes(ImageZoo.Write(picture, "png"), CacheInTemp.Geometry);
        for (var i = 0; i < formats.Length; i++)
            Assert.InRange(
                ImageZoo.Difference(expected, decoded.Pixels[decoded.Slots[i]].data<byte>().ToArray()),
                0,
                ImageZoo.Tolerance(formats[i])
            );
    }

    [Fact]
    public void Folders_missing_files_and_empty_files_are_faults()
    {
        Directory.CreateDirectory(Path.Combine(_root, "folder"));
        File.WriteAllBytes(Path.Combine(_root, "empty.jpg"), []);
        File.WriteAllBytes(Path.Combine(_root, "3.png"), ImageZoo.Numbered(3));

        Assert.Equal(
            [-1, -1, -1, 3],
            CacheInTemp.Numbers(_cache.Decode(new FileImages(_root, ["folder", "missing.jpg", "empty.jpg", "3.png"])))
        );
    }

    [Fact]
    public void A_links_stamp_is_that_of_the_picture_behind_it()
    {
        var (target, link, chain) = (Path.Combine(_root, "target.png"), Path.Combine(_root, "link.png"), Path.Combine(_root, "chain.png"));
        File.WriteAllBytes(target, ImageZoo.Numbered(1));
        File.CreateSymbolicLink(link, target);
        File.CreateSymbolicLink(chain, link);
        var images = new FileImages(_root, ["target.png", "link.png", "chain.png"]);
        Assert.Equal([1, 1, 1], CacheInTemp.Numbers(_cache.Decode(images)));

        File.WriteAllBytes(target, ImageZoo.Numbered(2));
        File.SetLastWriteTimeUtc(target, DateTime.UtcNow.AddDays(1));
        Assert.Equal(images.Stamp(0), images.Stamp(1));
        Assert.Equal(images.Stamp(0), images.Stamp(2));
        Assert.Equal([2, 2, 2], CacheInTemp.Numbers(_cache.Decode(images)));
    }

    [Fact]
    public void Links_that_lead_nowhere_or_round_in_a_circle_are_missing()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "nowhere.png"), Path.Combine(_root, "gone.png"));
        File.CreateSymbolicLink(Path.Combine(_root, "one.png"), Path.Combine(_root, "two.png"));
        File.CreateSymbolicLink(Path.Combine(_root, "two.png"), Path.Combine(_root, "one.png"));
        File.WriteAllBytes(Path.Combine(_root, "5.png"), ImageZoo.Numbered(5));

        Assert.Equal(
            [-1, -1, -1, 5],
            CacheInTemp.Numbers(_cache.Decode(new FileImages(_root, ["nowhere.png", "one.png", "two.png", "5.png"])))
        );
    }
}
