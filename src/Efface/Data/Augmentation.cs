using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Random crops and flips of a whole batch at once, on the batch's device.</summary>
/// <param name="shift">The largest shift in pixels in each direction; the edge is repeated.</param>
/// <param name="flip">Whether half of the images are flipped.</param>
internal sealed class Augmentation(int shift, bool flip)
{
    /// <summary>
    /// The default: for images four pixels (fewer in tiny ones), and flips if the data set allows them; for vectors nothing.
    /// </summary>
    public static Augmentation For(Examples table) =>
        table.Shape is [_, var height, _] ? new((int)Math.Min(4, height / 8), table.Flips) : new(0, false);

    /// <summary>Shifts and flips each image independently, in one gather. Vectors stay as they are.</summary>
    /// <param name="images">u8 [B, C, H, W]; or vectors.</param>
    /// <param name="random">The source of randomness: on the CPU, so that every device shifts the images alike.</param>
    /// <returns>A tensor of the same shape and type.</returns>
    public Tensor Apply(Tensor images, Generator random)
    {
        if (images.dim() != 4)
            return images.alias();
        using var scope = NewDisposeScope();
        var (count, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var down = Positions(height, Draw(-shift, shift + 1)).clamp(0, height - 1);
        var across = Positions(width, Draw(-shift, shift + 1)).clamp(0, width - 1);
        if (flip)
        {
            var mirrored = Draw(0, 2);
            across = across * (1 - mirrored) + (width - 1 - across) * mirrored;
        }
        var source = (down.unsqueeze(2) * width + across.unsqueeze(1)).view(count, 1, height * width);
        return images
            .reshape(count, channels, height * width)
            .gather(2, source.expand(count, channels, height * width))
            .view(count, channels, height, width)
            .MoveToOuterDisposeScope();

        Tensor Draw(long low, long high) =>
            torch.randint(low, high, [count, 1], dtype: ScalarType.Int64, generator: random).to(images.device);
        Tensor Positions(long length, Tensor offset) =>
            torch.arange(length, dtype: ScalarType.Int64, device: images.device).unsqueeze(0) + offset;
    }
}
