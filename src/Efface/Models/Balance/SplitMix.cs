namespace Efface.Models.Balance;

/// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a stream of 64-bit numbers, each of which can be computed alone.</summary>
internal static class SplitMix
{
    /// <summary>What is added for each number.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Shifted, mixed in, multiplied; the last without a product.</summary>
    public static readonly (int Shift, ulong Factor)[] Stages = [(30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)];

    /// <summary>Number i of the stream that begins with a seed.</summary>
    public static ulong Of(ulong seed, int i)
    {
        var bits = seed + Step * ((ulong)i + 1);
        foreach (var (shift, factor) in Stages)
            bits = (bits ^ bits >> shift) * factor;
        return bits;
    }
}
