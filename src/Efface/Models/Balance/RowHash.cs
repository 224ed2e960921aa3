using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Models.Balance;

/// <summary>
/// What a row's own numbers decide about it: its fold, and its noise. The same row always gets the same, wherever it stands.
/// </summary>
internal static class RowHash
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>SHA-256 of each row's numbers, [B · 32].</summary>
    /// <param name="x">f32 [B, D], on the CPU.</param>
    public static byte[] Of(Tensor x)
    {
        using var scope = NewDisposeScope();
        var whole = x.contiguous();
        var hashes = new byte[x.shape[0] * HashBytes];
        Parallel.For(0, (int)x.shape[0], row =>
            SHA256.HashData(RowTensor.Rows<byte>(whole, row), hashes.AsSpan(row * HashBytes, HashBytes))
        );
        return hashes;
    }

    /// <summary>The fold of each row, int64 [B].</summary>
    public static Tensor Folds(byte[] hashes, int folds)
    {
        var chosen = new long[hashes.Length / HashBytes];
        for (var row = 0; row < chosen.Length; row++)
            chosen[row] = BinaryPrimitives.ReadUInt32LittleEndian(hashes.AsSpan(row * HashBytes)) % (uint)folds;
        return torch.tensor(chosen);
    }

    /// <summary>Independent standard normal numbers for each row, f32 [B, d].</summary>
    /// <param name="hashes">Of the rows.</param>
    /// <param name="count">d.</param>
    /// <param name="salt">A secret: without it, whoever has a row cannot compute its noise.</param>
    /// <param name="draw">Which of several draws; 0 is the one that is released.</param>
    public static Tensor Noise(byte[] hashes, int count, byte[] salt, int draw)
    {
        var rows = hashes.Length / HashBytes;
        var numbers = torch.empty(rows, count);
        Parallel.For(0, rows, row =>
        {
            Span<byte> seed = stackalloc byte[HashBytes + sizeof(int)];
            hashes.AsSpan(row * HashBytes, HashBytes).CopyTo(seed);
            BinaryPrimitives.WriteInt32LittleEndian(seed[HashBytes..], draw);
            Span<byte> state = stackalloc byte[HashBytes];
            HMACSHA256.HashData(salt, seed, state);
            Fill(RowTensor.Rows<float>(numbers, row), MemoryMarshal.Cast<byte, ulong>(state));
        });
        return numbers;
    }

    // Box and Muller (1958): two numbers of each pair of uniform ones.
    private static void Fill(Span<float> numbers, Span<ulong> state)
    {
        const float unit = 1f / (1 << 24);
        for (var i = 0; i < numbers.Length; i += 2)
        {
            var bits = Next(state);
            // In (0, 1], so that the logarithm is finite.
            var radius = MathF.Sqrt(-2 * MathF.Log(((bits >> 40) + 1) * unit));
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * ((bits & 0xFFFFFF) * unit));
            numbers[i] = radius * cosine;
            if (i + 1 < numbers.Length)
                numbers[i + 1] = radius * sine;
        }
    }

    // xoshiro256++ (Blackman and Vigna 2021).
    private static ulong Next(Span<ulong> s)
    {
        var result = ulong.RotateLeft(s[0] + s[3], 23) + s[0];
        var t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = ulong.RotateLeft(s[3], 45);
        return result;
    }
}
