using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Models.Balance;

/// <summary>
/// What a row's own numbers decide about it: its fold, and its noise. The same row always gets the same, wherever it stands and whatever
/// program computes it: only integer arithmetic follows after the row's leading directions were rounded to 128 bits, and rounding
/// errors of another program almost never change these.
/// </summary>
internal static class RowHash
{
    /// <summary>The leading directions that decide are cut off at this many deviations.</summary>
    public const double Range = 8;

    private static readonly byte[] NoSalt = new byte[SipHash.KeyBytes];

    /// <summary>How many of d directions decide: 16, or fewer with more bits for each.</summary>
    public static int Deciding(int directions) => Math.Min(directions, 128 / Bits(directions));

    /// <summary>The bits of each direction that decides.</summary>
    public static int Bits(int directions) =>
        directions switch
        {
            > 8 => 8,
            > 4 => 16,
            _ => 24,
        };

    /// <summary>The 128 bits of each row, [B].</summary>
    /// <param name="leading">Its deciding directions, of variance 1: f64 [B, m], on the CPU.</param>
    /// <param name="directions">d, of which these are the first.</param>
    public static UInt128[] Of(Tensor leading, int directions)
    {
        using var scope = NewDisposeScope();
        var bits = Bits(directions);
        var each = 64 / bits;
        var levels = ((leading + Range) * ((1 << bits) / (2 * Range)))
            .floor()
            .clamp(0, (1 << bits) - 1)
            .to_type(ScalarType.Int64)
            .contiguous();
        var keys = new UInt128[levels.shape[0]];
        for (var row = 0; row < keys.Length; row++)
        {
            Span<ulong> words = [0, 0];
            foreach (var (place, level) in RowTensor.Rows<long>(levels, row).ToArray().Index())
                words[place / each] |= (ulong)level << (place % each * bits);
            keys[row] = new UInt128(words[1], words[0]);
        }
        return keys;
    }

    /// <summary>The fold of each row, int64 [B].</summary>
    public static Tensor Folds(UInt128[] keys, int folds) =>
        torch.tensor(Array.ConvertAll(keys, key => (long)(SipHash.Of(NoSalt, key, 0) % (ulong)folds)));

    /// <summary>Independent standard normal numbers for each row, f32 [B, d].</summary>
    /// <param name="keys">Of the rows.</param>
    /// <param name="count">d.</param>
    /// <param name="salt">A secret of 16 bytes: without it, whoever has a row cannot compute its noise.</param>
    /// <param name="draw">Which of several draws; 0 is the one that is released.</param>
    public static Tensor Noise(UInt128[] keys, int count, byte[] salt, int draw)
    {
        var numbers = torch.empty(keys.Length, count);
        Parallel.For(0, keys.Length, row => Fill(RowTensor.Rows<float>(numbers, row), SipHash.Of(salt, keys[row], draw)));
        return numbers;
    }

    // Box and Muller (1958): two numbers of each pair of uniform ones, half a row apart.
    private static void Fill(Span<float> numbers, ulong seed)
    {
        const float unit = 1f / (1 << 24);
        var pairs = (numbers.Length + 1) / 2;
        for (var i = 0; i < pairs; i++)
        {
            var bits = SplitMix.Of(seed, i);
            // In (0, 1], so that the logarithm is finite.
            var radius = MathF.Sqrt(-2 * MathF.Log(((bits >> 40) + 1) * unit));
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * ((bits & 0xFFFFFF) * unit));
            numbers[i] = radius * cosine;
            if (pairs + i < numbers.Length)
                numbers[pairs + i] = radius * sine;
        }
    }
}
