using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Pixels;

/// <summary>The pictures that a data set's rows name; several rows may name one.</summary>
public interface IImages
{
    /// <summary>How many pictures there are.</summary>
    int Count { get; }

    /// <summary>What a user calls one: its path below the root, or its record in a file.</summary>
    string Name(int image);

    /// <summary>The pixels of <paramref name="wanted"/>.</summary>
    /// <exception cref="InvalidInputException">The cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it; what is decoded is kept.</exception>
    DecodedImages Decode(int[] wanted, DecodingOptions options);
}

/// <summary>Pixels, and which of the wanted pictures has them where.</summary>
/// <param name="Pixels">u8 [slots, C, H, W], in memory or mapped from a file.</param>
/// <param name="Slots">For each wanted picture its place in <paramref name="Pixels"/>, or -1.</param>
/// <param name="Hashes">For each wanted picture 128 bits of SHA-256 over its pixels: equal for equal pixels.</param>
/// <param name="Faults">Why a wanted picture, by its place among them, has no pixels.</param>
public sealed record DecodedImages(Tensor Pixels, int[] Slots, UInt128[] Hashes, IReadOnlyDictionary<int, ImageFault> Faults);

/// <summary>Why a picture cannot be used.</summary>
/// <param name="Fault">The same words for the same kind of fault.</param>
/// <param name="Value">What was found, when there is something to show.</param>
/// <param name="Remedy">What the user can do about it.</param>
public sealed record ImageFault(string Fault, string? Value, string Remedy);

/// <summary>How the images are to be read, and who wants to know how far it is.</summary>
/// <param name="Geometry">What every picture is brought to.</param>
/// <param name="Limits">What a picture may cost.</param>
/// <param name="CacheRoot">Where decoded pixels are kept.</param>
/// <param name="Workers">Pictures that are decoded at once.</param>
/// <param name="Observer">Told while it goes on.</param>
/// <param name="Cancel">Stops it between pictures.</param>
public sealed record DecodingOptions(
    ImageGeometry Geometry,
    ImageLimits Limits,
    string CacheRoot,
    int Workers,
    IReadingObserver? Observer,
    CancellationToken Cancel
);

/// <summary>Pixels that a source has in memory already.</summary>
/// <param name="pixels">u8 [N, C, H, W]; handed over.</param>
/// <param name="name">What a user calls an image.</param>
internal sealed class ImagesInMemory(Tensor pixels, Func<int, string> name) : IImages
{
    public int Count => (int)pixels.shape[0];

    public string Name(int image) => name(image);

    public DecodedImages Decode(int[] wanted, DecodingOptions options)
    {
        pixels = Resize(pixels, options.Geometry.Side);
        return new DecodedImages(pixels, wanted, ContentHash.OfImages(pixels, wanted), new Dictionary<int, ImageFault>());
    }

    /// <summary>u8 [N, C, H, W] to u8 [N, C, side, side]; <paramref name="pixels"/> is disposed when it had to change.</summary>
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
                // Area averages when it shrinks, and repeats pixels when it grows.
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
