namespace Efface.Auditing;

/// <summary>Percentile bootstrap over images (Efron 1979) for balanced accuracy and for paired differences of it.</summary>
public static class Bootstrap
{
    private const int Resamples = 2000;

    /// <summary>Balanced accuracy: the mean over classes of the share that was right.</summary>
    /// <param name="right">Whether each image was read rightly.</param>
    /// <param name="classes">Each image's true class.</param>
    /// <param name="count">How many classes there are.</param>
    /// <param name="confidence">In (0, 1).</param>
    /// <param name="seed">Any number.</param>
    public static Measured BalancedAccuracy(bool[] right, int[] classes, int count, double confidence, int seed = 0)
        => Interval([.. right.Select(r => r ? 1 : 0)], classes, count, confidence, seed);

    /// <summary>Balanced accuracy of one reader less that of another, on the same images.</summary>
    public static Measured BalancedDifference(bool[] right, bool[] other, int[] classes, int count, double confidence, int seed = 0)
        => Interval([.. right.Zip(other, (a, b) => (a ? 1 : 0) - (b ? 1 : 0))], classes, count, confidence, seed);

    private static Measured Interval(int[] scores, int[] classes, int count, double confidence, int seed)
    {
        var random = new Random(seed);
        var n = scores.Length;
        var resampled = new double[Resamples];
        Span<int> sums = stackalloc int[count], sizes = stackalloc int[count];
        for (var b = 0; b < Resamples; b++)
        {
            sums.Clear();
            sizes.Clear();
            for (var i = 0; i < n; i++)
            {
                var pick = random.Next(n);
                sums[classes[pick]] += scores[pick];
                sizes[classes[pick]]++;
            }
            resampled[b] = Balanced(sums, sizes);
        }
        Array.Sort(resampled);

        sums.Clear();
        sizes.Clear();
        for (var i = 0; i < n; i++)
        {
            sums[classes[i]] += scores[i];
            sizes[classes[i]]++;
        }
        var tail = (1 - confidence) / 2;
        return new Measured(Balanced(sums, sizes), At(tail), At(1 - tail), n);

        double At(double quantile) => resampled[Math.Clamp((int)Math.Round(quantile * (Resamples - 1)), 0, Resamples - 1)];
    }

    private static double Balanced(ReadOnlySpan<int> sums, ReadOnlySpan<int> sizes)
    {
        var (total, present) = (0.0, 0);
        for (var k = 0; k < sums.Length; k++)
        {
            if (sizes[k] == 0) continue;
            total += (double)sums[k] / sizes[k];
            present++;
        }
        return present == 0 ? double.NaN : total / present;
    }
}
