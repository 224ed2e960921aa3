using MathNet.Numerics.Distributions;

namespace Efface.Auditing;

/// <summary>
/// Percentile bootstrap intervals (Efron 1979), seeded, for balanced accuracy and for paired differences of it. Images are resampled, or
/// whole groups where they come in groups; images with equal class and score are drawn together, so that the cost does not grow with n.
/// </summary>
internal static class Bootstrap
{
    private const int Resamples = 4000;

    // Half a best and half a worst score added to those of each class: an interval must not shrink to a point because nothing differed in a
    // finite sample (after Agresti and Min 2005, on matched pairs).
    private const double Unseen = 0.5;

    private const double Farthest = 800;

    /// <summary>Balanced accuracy: the mean over classes of the share that was right.</summary>
    /// <param name="right">Whether each image was read correctly.</param>
    /// <param name="truth">Each image's true class.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="sampling">How the images were drawn.</param>
    public static Measured BalancedAccuracy(bool[] right, int[] truth, int classes, Sampling sampling) =>
        Interval([.. right.Select(r => r ? 1 : 0)], (0, 1), truth, classes, sampling);

    /// <summary>Balanced accuracy of one reader less that of another, on the same images.</summary>
    public static Measured BalancedDifference(bool[] right, bool[] other, int[] truth, int classes, Sampling sampling) =>
        Interval([.. right.Zip(other, (a, b) => (a ? 1 : 0) - (b ? 1 : 0))], (-1, 1), truth, classes, sampling);

    private static Measured Interval(int[] scores, (int Worst, int Best) range, int[] truth, int classes, Sampling sampling)
    {
        if (scores.Length == 0)
            return new Measured(double.NaN, range.Worst, range.Best, 0);
        var seen = Kinds(scores, truth, sampling.Groups);
        var present = truth.Distinct().Order().ToArray();
        var value = Balanced(seen, [.. seen.Select(kind => (int)kind.Weight)], classes);
        Kind[] kinds =
        [
            .. seen,
            .. present.SelectMany(
                z => new[] { range.Worst, range.Best },
                (z, score) => new Kind([(z, score * UsualSize(seen, z), UsualSize(seen, z))], Unseen)
            ),
        ];

        var units = kinds.Sum(kind => kind.Weight);
        var multinomial = new Multinomial([.. kinds.Select(kind => kind.Weight / units)], new Random(0));
        var counts = new int[kinds.Length];
        var resampled = new double[Resamples];
        for (var b = 0; b < Resamples; b++)
        {
            multinomial.Draw((int)units, counts);
            resampled[b] = Balanced(kinds, counts, classes);
        }
        Array.Sort(resampled);
        var tail = Tail(seen, present, sampling.Confidence);
        return new Measured(value, At(tail), At(1 - tail), scores.Length);

        double At(double quantile) => resampled[Math.Clamp((int)Math.Round(quantile * (Resamples - 1)), 0, Resamples - 1)];
    }

    // The contribution of one unit (an image, or a group of them) to each class, and how many such units there are.
    private sealed record Kind((int Class, int Sum, int Size)[] Adds, double Weight);

    private static Kind[] Kinds(int[] scores, int[] truth, int[]? groups)
    {
        if (groups is null)
            return
            [
                .. Enumerable
                    .Range(0, scores.Length)
                    .CountBy(i => (truth[i], scores[i]))
                    .OrderBy(kind => kind.Key)
                    .Select(kind => new Kind([(kind.Key.Item1, kind.Key.Item2, 1)], kind.Value)),
            ];
        return
        [
            .. Enumerable
                .Range(0, scores.Length)
                .GroupBy(i => groups[i])
                .Select(group =>
                    group
                        .GroupBy(i => truth[i])
                        .OrderBy(images => images.Key)
                        .Select(images => (images.Key, images.Sum(i => scores[i]), images.Count()))
                        .ToArray()
                )
                .GroupBy(adds => string.Join(' ', adds))
                .OrderBy(alike => alike.Key, StringComparer.Ordinal)
                .Select(alike => new Kind(alike.First(), alike.Count())),
        ];
    }

    private static (double Weight, (int Class, int Sum, int Size) Add)[] AddsTo(Kind[] seen, int z) =>
        [.. seen.SelectMany(kind => kind.Adds, (kind, add) => (kind.Weight, Add: add)).Where(entry => entry.Add.Class == z)];

    // Images of class z in a unit that has any.
    private static int UsualSize(Kind[] seen, int z)
    {
        var adds = AddsTo(seen, z);
        return (int)Math.Round(adds.Sum(entry => entry.Weight * entry.Add.Size) / adds.Sum(entry => entry.Weight));
    }

    private static double Balanced(Kind[] kinds, int[] counts, int classes)
    {
        Span<int> sums = stackalloc int[classes],
            sizes = stackalloc int[classes];
        sums.Clear();
        sizes.Clear();
        for (var kind = 0; kind < kinds.Length; kind++)
            foreach (var (z, sum, size) in kinds[kind].Adds)
            {
                sums[z] += counts[kind] * sum;
                sizes[z] += counts[kind] * size;
            }
        var (total, present) = (0.0, 0);
        for (var z = 0; z < classes; z++)
        {
            if (sizes[z] == 0)
                continue;
            total += (double)sums[z] / sizes[z];
            present++;
        }
        return total / present;
    }

    // The percentile that corrects for the too small spread of resamples in small samples: by n - 1, and by Student's t (Hesterberg 2015),
    // with the degrees of freedom of Welch (1947) over the classes.
    private static double Tail(Kind[] seen, int[] present, double confidence)
    {
        var (plain, corrected, squares) = (0.0, 0.0, 0.0);
        foreach (var z in present)
        {
            var adds = AddsTo(seen, z);
            double units = adds.Sum(entry => entry.Weight),
                images = adds.Sum(entry => entry.Weight * entry.Add.Size);
            if (units < 2)
                continue;
            var mean = adds.Sum(entry => entry.Weight * entry.Add.Sum) / images;
            var variance = adds.Sum(entry => entry.Weight * Math.Pow((entry.Add.Sum - mean * entry.Add.Size) / images, 2));
            plain += variance;
            corrected += variance * units / (units - 1);
            squares += Math.Pow(variance * units / (units - 1), 2) / (units - 1);
        }
        var half = (1 - confidence) / 2;
        if (plain == 0)
            return half;
        var freedom = corrected * corrected / squares;
        // The library searches for the quantile no farther out, where the normal distribution has no mass.
        if (StudentT.CDF(0, 1, freedom, -Farthest) > half)
            return 0;
        return Normal.CDF(0, 1, Math.Sqrt(corrected / plain) * StudentT.InvCDF(0, 1, freedom, half));
    }
}
