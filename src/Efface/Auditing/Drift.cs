namespace Efface.Auditing;

/// <summary>Whether symbols are distributed as in a certified sample: if not, the certificate does not cover these images.</summary>
/// <param name="Images">The number of images in the new sample.</param>
/// <param name="Distance">Half of the summed differences of the symbols' shares (total variation), 0 to 1.</param>
/// <param name="Chance">The probability that two samples of one distribution differ as much (a permutation test of the χ²
/// statistic).</param>
/// <param name="Seen">Whether that is too unlikely for chance.</param>
public sealed record Drift(int Images, double Distance, double Chance, bool Seen)
{
    private const int Permutations = 2000;

    /// <summary>Compares two samples.</summary>
    /// <param name="certified">How often each symbol occurred.</param>
    /// <param name="now">How often it occurs in the new sample.</param>
    /// <param name="confidence">A difference counts if chance produces it in at most one less this of samples.</param>
    public static Drift Between(IReadOnlyList<int> certified, IReadOnlyList<int> now, double confidence)
    {
        var symbols = Math.Max(certified.Count, now.Count);
        int At(IReadOnlyList<int> counts, int symbol) => symbol < counts.Count ? counts[symbol] : 0;
        int[] both = [.. Enumerable.Range(0, symbols).Select(symbol => At(certified, symbol) + At(now, symbol))];
        int[] seen = [.. Enumerable.Range(0, symbols).Select(symbol => At(now, symbol))];
        int total = both.Sum(),
            images = seen.Sum();

        double Statistic(ReadOnlySpan<int> counts)
        {
            var sum = 0.0;
            for (var symbol = 0; symbol < symbols; symbol++)
                if (both[symbol] > 0)
                    sum += Math.Pow(counts[symbol] - (double)both[symbol] * images / total, 2) / both[symbol];
            return sum;
        }
        int[] pool = [.. both.SelectMany((count, symbol) => Enumerable.Repeat(symbol, count))];
        var (random, measured, asMuch) = (new Random(0), Statistic(seen), 0);
        var drawn = new int[symbols];
        for (var permutation = 0; permutation < Permutations; permutation++)
        {
            Array.Clear(drawn);
            for (var i = 0; i < images; i++)
            {
                var other = random.Next(i, total);
                (pool[i], pool[other]) = (pool[other], pool[i]);
                drawn[pool[i]]++;
            }
            if (Statistic(drawn) >= measured - 1e-9)
                asMuch++;
        }
        var chance = (1.0 + asMuch) / (1 + Permutations);
        var distance =
            Enumerable
                .Range(0, symbols)
                .Sum(symbol => Math.Abs((double)At(certified, symbol) / certified.Sum() - (double)seen[symbol] / images)) / 2;
        return new Drift(images, distance, chance, chance <= 1 - confidence);
    }
}
