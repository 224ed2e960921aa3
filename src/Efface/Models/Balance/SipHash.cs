using System.Buffers.Binary;
using System.Numerics;

namespace Efface.Models.Balance;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein 2012; fewer rounds than their 2-4, as Python and Rust use it) of 20 bytes: 64 bits that only whoever
/// knows the key can compute.
/// </summary>
internal static class SipHash
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>Rounds after each word, and at the end.</summary>
    public const int Rounds = 1,
        LastRounds = 3;

    /// <summary>What is added to the state before the last rounds.</summary>
    public const ulong Finish = 0xFF;

    private const int MessageBytes = 20;

    /// <summary>The state that a key begins with.</summary>
    public static ulong[] Start(ReadOnlySpan<byte> key)
    {
        var (low, high) = (BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
        return [low ^ 0x736F6D6570736575, high ^ 0x646F72616E646F6D, low ^ 0x6C7967656E657261, high ^ 0x7465646279746573];
    }

    /// <summary>The message's last word: its length, and the draw.</summary>
    public static ulong LastWord(int draw) => (ulong)MessageBytes << 56 | (uint)draw;

    /// <summary>The hash.</summary>
    /// <param name="key">16 bytes.</param>
    /// <param name="message">The first 16 bytes of the message, little-endian.</param>
    /// <param name="draw">The last 4.</param>
    public static ulong Of(ReadOnlySpan<byte> key, UInt128 message, int draw)
    {
        Span<ulong> v = Start(key);
        foreach (var word in (ReadOnlySpan<ulong>)[(ulong)message, (ulong)(message >> 64), LastWord(draw)])
        {
            v[3] ^= word;
            Mix(v, Rounds);
            v[0] ^= word;
        }
        v[2] ^= Finish;
        Mix(v, LastRounds);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void Mix(Span<ulong> v, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            v[0] += v[1];
            v[2] += v[3];
            v[1] = BitOperations.RotateLeft(v[1], 13) ^ v[0];
            v[3] = BitOperations.RotateLeft(v[3], 16) ^ v[2];
            v[0] = BitOperations.RotateLeft(v[0], 32);
            v[2] += v[1];
            v[0] += v[3];
            v[1] = BitOperations.RotateLeft(v[1], 17) ^ v[2];
            v[3] = BitOperations.RotateLeft(v[3], 21) ^ v[0];
            v[2] = BitOperations.RotateLeft(v[2], 32);
        }
    }
}
