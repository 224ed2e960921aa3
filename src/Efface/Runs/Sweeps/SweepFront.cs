using Efface.Runs.Experiments;

namespace Efface.Runs.Sweeps;

/// <summary>Which points of a sweep are worth looking at.</summary>
internal static class SweepFront
{
    /// <summary>
    /// The points that no other dominates: at least as good in fidelity, leak, what any attacker may read, and what is kept, and better in
    /// one of them. A measure that is missing for some points is left out.
    /// </summary>
    public static IReadOnlyList<SweepPoint> Of(IReadOnlyList<SweepPoint> points)
    {
        var goods = Goods(points);
        return [.. points.Where((_, i) => !points.Where((_, j) => Dominates(goods[j], goods[i])).Any())];
    }

    /// <summary>
    /// The point nearest to the best of everything, with each measure scaled from its worst (0) to its best (1) among the given points.
    /// </summary>
    public static SweepPoint Knee(IReadOnlyList<SweepPoint> front)
    {
        var goods = Goods(front);
        double Distance(int point) =>
            Enumerable
                .Range(0, goods[point].Length)
                .Sum(good =>
                {
                    var (low, high) = (goods.Min(other => other[good]), goods.Max(other => other[good]));
                    return high > low ? Math.Pow((high - goods[point][good]) / (high - low), 2) : 0;
                });
        return front[Enumerable.Range(0, front.Count).MinBy(Distance)];
    }

    // Higher is better.
    private static double[][] Goods(IReadOnlyList<SweepPoint> points)
    {
        Func<MethodRow, double?>[] goods = [row => row.Fidelity.Value, row => -row.Leak.Value, row => -row.Certified, row => row.Kept];
        var measured = goods.Where(good => points.All(point => good(point.Row) is { } value && double.IsFinite(value))).ToList();
        return [.. points.Select(point => measured.Select(good => good(point.Row)!.Value).ToArray())];
    }

    private static bool Dominates(double[] one, double[] other) =>
        one.Zip(other).All(pair => pair.First >= pair.Second) && one.Zip(other).Any(pair => pair.First > pair.Second);
}
