using SkiaSharp;
using static TorchSharp.torch;

namespace Efface.Reporting;

/// <summary>Encodes tensors as pictures.</summary>
public static class Png
{
    /// <summary>A PNG of one image.</summary>
    /// <param name="image">u8 [3, H, W] or [1, H, W].</param>
    public static byte[] Encode(Tensor image)
    {
        int channels = (int)image.shape[0],
            height = (int)image.shape[1],
            width = (int)image.shape[2];
        using var contiguous = image.cpu().contiguous();
        using var data = contiguous.data<byte>();
        var bytes = data.ToArray();
        using var bitmap = new SKBitmap(width, height);
        for (var y = 0; y < height; y++)
        for (var x = 0; x < width; x++)
        {
            byte At(int channel) => bytes[(Math.Min(channel, channels - 1) * height + y) * width + x];
            bitmap.SetPixel(x, y, new SKColor(At(0), At(1), At(2)));
        }
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}
