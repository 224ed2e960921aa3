using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Pixels;

/// <summary>The pictures that a data set's rows name; several rows may name one.</summary>
public interface IImages
{
    /// <summary>How many pictures there are.</summary>
    int Count { get; }

    /// <summary>A picture's name for the user: its path below the root, or its record in a file.</summary>
    string Name(int image);

    /// <summary>The pixels of <paramref name="wanted"/>.</summary>
    /// <exception cref="InvalidInputException">The cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it; pictures decoded so far are kept.</exception>
    DecodedImages Decode(int[] wanted, DecodingOptions options);
}

/// <summary>Pixels, and the position of each wanted picture in them.</summary>
/// <param name="Pixels">u8 [slots, C, H, W], in memory or mapped from a file.</param>
/// <param name="Slots">For each wanted picture its place in <paramref name="Pixels"/>, or -1.</param>
/// <param name="Hashes">For each wanted picture 128 bits of SHA-256 over its pixels: equal for equal pixels.</param>
/// <param name="Faults">Why a wanted picture, by its index among them, has no pixels.</param>
public sealed record DecodedImages(Tensor Pixels, int[] Slots, UInt128[] Hashes, IReadOnlyDictionary<int, ImageFault> Faults);

/// <summary>Why a picture cannot be used.</summary>
/// <param name="Fault">The same words for the same kind of fault.</param>
/// <param name="Value">What was found, if there is something to show.</param>
/// <param name="Remedy">What the user can do about it.</param>
public sealed record ImageFault(string Fault, string? Value, string Remedy);

/// <summary>How to read the images, and who observes the progress.</summary>
/// <param name="Geometry">The format of every picture.</param>
/// <param name="Limits">Limits on a picture.</param>
/// <param name="CacheRoot">Where decoded pixels are kept.</param>
/// <param name="Workers">Pictures that are decoded in parallel.</param>
/// <param name="Observer">Receives the progress.</param>
/// <param name="Cancel">Stops it between pictures.</param>
public sealed record DecodingOptions(
    ImageGeometry Geometry,
    ImageLimits Limits,
    string CacheRoot,
    int Workers,
    IReadingObserver? Observer,
    CancellationToken Cancel
);

/// <summary>Pixels that a source already has in memory.</summary>
/// <param name="pixels">u8 [N, C, H, W]; ownership passes to it.</param>
/// <param name="name">An image's name for the user.</param>
internal sealed class ImagesInMemory(Tensor pixels, Func<int, string> name) : IImages
{
    public int Count => (int)pixels.shape[0];

    public string Name(int image) => name(image);

    public DecodedImages Decode(int[] wanted, DecodingOptions options)
    {
        pixels = Resize(pixels, options.Geometry.Side);
        return new DecodedImages(pixels, wanted, ContentHash.OfImages(pixels, wanted), new Dictionary<int, ImageFault>());
    }

    /// <summary>u8 [N, C, H, W] to u8 [N, C, side, side]; <paramref name="pixels"/> is disposed if it had to change.</summary>
    internal static Tensor Resize(Tensor pixels, int side)
    {
        if (pixels.shape[2] == side)
            return pixels;
        using var scope = NewDisposeScope();
        var chunks = pixels
            .split(2000, 0)
            .Select(chunk =>
            {
                using var inner = NewDisposeScope();
                // Averages areas to shrink, and repeats pixels to grow.
                return nn
                    .functional.interpolate(chunk.to_type(ScalarType.Float32), size: [side, side], mode: InterpolationMode.Area)
                    .round()
                    .clamp(0, 255)
                    .to_type(ScalarType.Byte)
                    .MoveToOuterDisposeScope();
            });
        var resized = torch.cat([.. chunks], 0).MoveToOuterDisposeScope();
        pixels.Dispose();
        return resized;
    }
}
