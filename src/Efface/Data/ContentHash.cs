using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Identifies equal contents by 128 bits of SHA-256.</summary>
internal static class ContentHash
{
    private const int AtOnce = 4096;

    /// <summary>The hashes of some images.</summary>
    /// <param name="pixels">u8 [slots, C, H, W].</param>
    /// <param name="slots">Which of them.</param>
    public static UInt128[] OfImages(Tensor pixels, int[] slots)
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
                hashes[from + i] = Of(bytes.AsSpan(i * size, size));
        }
        return hashes;
    }

    /// <summary>128 bits of SHA-256.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>128 bits of SHA-256 over a text in UTF-8.</summary>
    public static UInt128 Of(string text)
    {
        Span<byte> bytes = text.Length <= 256 ? stackalloc byte[3 * text.Length] : new byte[3 * text.Length];
        return Of(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }
}
