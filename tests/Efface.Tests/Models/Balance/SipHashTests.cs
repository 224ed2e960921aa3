using System.Buffers.Binary;
using System.Numerics;
using Efface.Models.Balance;
using Xunit;

namespace Efface.Tests.Models.Balance;

public sealed class SipHashTests
{
    [Fact]
    public void The_slow_reference_gives_the_value_in_appendix_A_of_the_paper() =>
        Assert.Equal(
            0xA129CA6149BE45E5,
            Reference([.. Enumerable.Range(0, 16).Select(i => (byte)i)], [.. Enumerable.Range(0, 15).Select(i => (byte)i)], 2, 4)
        );

    [Fact]
    public void It_equals_the_slow_reference_on_any_message()
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var (key, message) = (new byte[16], new byte[20]);
            random.NextBytes(key);
            random.NextBytes(message);
            Assert.Equal(
                Reference(key, message, 1, 3),
                SipHash.Of(
                    key,
                    BinaryPrimitives.ReadUInt128LittleEndian(message),
                    BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(16))
                )
            );
        }
    }

    [Fact]
    public void A_stream_of_SplitMix_is_its_successive_form()
    {
        var state = 77UL;
        for (var i = 0; i < 100; i++)
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            Assert.Equal(z ^ (z >> 31), SplitMix.Of(77, i));
        }
    }

    // As the paper defines it, byte by byte, for messages of any length.
    private static ulong Reference(byte[] key, byte[] message, int rounds, int lastRounds)
    {
        var (k0, k1) = (BitConverter.ToUInt64(key), BitConverter.ToUInt64(key, 8));
        var (v0, v1, v2, v3) = (k0 ^ 0x736F6D6570736575UL, k1 ^ 0x646F72616E646F6DUL, k0 ^ 0x6C7967656E657261UL, k1 ^ 0x7465646279746573UL);
        var padded = new byte[(message.Length / 8 + 1) * 8];
        message.CopyTo(padded, 0);
        padded[^1] = (byte)message.Length;
        for (var at = 0; at < padded.Length; at += 8)
        {
            var word = BitConverter.ToUInt64(padded, at);
            v3 ^= word;
            for (var i = 0; i < rounds; i++)
                Round();
            v0 ^= word;
        }
        v2 ^= 0xFF;
        for (var i = 0; i < lastRounds; i++)
            Round();
        return v0 ^ v1 ^ v2 ^ v3;

        void Round()
        {
            v0 += v1;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v3;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
