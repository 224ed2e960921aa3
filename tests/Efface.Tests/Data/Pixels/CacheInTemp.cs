using Efface.Data;
using Efface.Data.Pixels;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Data.Pixels;

/// <summary>A folder of caches for one test.</summary>
internal sealed class CacheInTemp : IReadingObserver, IDisposable
{
    public const string Root = "/pictures";

    public static readonly ImageGeometry Geometry = ImageZoo.Geometry(ResizeMode.Crop, 4);

    public string Folder { get; } = Directory.CreateTempSubdirectory("efface-").FullName;

    public List<string> Notes { get; } = [];

    /// <summary>Where the pictures of <see cref="Root"/> are kept.</summary>
    public string Own => Assert.Single(Directory.GetDirectories(Folder));

    public string Index => Path.Combine(Own, PixelCache.IndexFile);

    public string Pixels => Path.Combine(Own, PixelCache.PixelsFile);

    public DecodingOptions Options(ImageLimits? limits = null, int workers = 1) =>
        new(Geometry, limits ?? ImageZoo.Limits, Folder, workers, this, TestContext.Current.CancellationToken);

    public PixelCache Open(Action? onWait = null) => PixelCache.Open(Folder, Root, Geometry, onWait, TestContext.Current.CancellationToken);

    /// <summary>Decodes all pictures.</summary>
    public DecodedImages Decode(IEncodedImages images, ImageLimits? limits = null, int workers = 1) =>
        Decode(images, Options(limits, workers));

    /// <summary>Decodes all pictures.</summary>
    public static DecodedImages Decode(IEncodedImages images, DecodingOptions options) =>
        new CachedImages(images, Root).Decode([.. Enumerable.Range(0, images.Count)], options);

    /// <summary>The number that each picture's colour tells, -1 for those that have no pixels.</summary>
    public static int[] Numbers(DecodedImages decoded) => [.. decoded.Slots.Select(slot => slot < 0 ? -1 : Number(decoded.Pixels[slot]))];

    /// <summary>The number that one image's colour tells.</summary>
    public static int Number(Tensor image)
    {
        using (image)
        {
            var planes = image.contiguous().data<byte>().ToArray().Chunk((int)image.shape[1] * (int)image.shape[2]).ToArray();
            Assert.All(planes, plane => Assert.Single(plane.Distinct()));
            Assert.Equal(77, planes[2][0]);
            return planes[0][0] + 256 * planes[1][0];
        }
    }

    public void OnReading(ReadingProgress progress) { }

    public void OnNote(string note)
    {
        lock (Notes)
            Notes.Add(note);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
