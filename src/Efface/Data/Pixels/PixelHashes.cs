using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Pixels;

/// <summary>Tells equal images by 128 bits of SHA-256 over their pixels.</summary>
internal static class PixelHashes
{
    private const int AtOnce = 4096;

    /// <summary>The hashes of some images.</summary>
    /// <param name="pixels">u8 [slots, C, H, W].</param>
    /// <param name="slots">Which of them.</param>
    public static UInt128[] Of(Tensor pixels, int[] slots)
    {
        var hashes = new UInt128[slots.Length];
        foreach (var (chunk, from) in slots.Chunk(AtOnce).Select((chunk, i) => (chunk, i * AtOnce)))
        {
            using var index = torch.tensor(chunk.Select(slot => (long)slot).ToArray());
            using var images = pixels.index_select(0, index);
            using var data = images.data<byte>();
            var bytes = data.ToArray();
            var size = bytes.Length / chunk.Length;
            for (var i = 0; i < chunk.Length; i++)
                hashes[from + i] = PixelRecord.Hash(bytes.AsSpan(i * size, size));
        }
        return hashes;
    }
}
