namespace Efface.Reporting.Page;

/// <summary>A scale with round ticks.</summary>
internal sealed record Axis(double Low, double High, IReadOnlyList<double> Ticks)
{
    /// <summary>The smallest round scale around some values.</summary>
    /// <param name="values">The values to show; those that are not finite are left out.</param>
    /// <param name="intervals">The approximate number of intervals.</param>
    /// <param name="smallestStep">The smallest distance of ticks.</param>
    public static Axis Around(IEnumerable<double> values, int intervals, double smallestStep)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        double low = finite.Min(),
            high = finite.Max();
        var step = Math.Max(smallestStep, RoundUp((high - low) / intervals));
        var (first, last) = (Math.Floor(low / step + 1e-9), Math.Ceiling(high / step - 1e-9));
        if (last <= first)
            last = first + 1;
        return new Axis(first * step, last * step, [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)]);
    }

    /// <summary>The position of a value, 0 to 1.</summary>
    public double Share(double value) => (value - Low) / (High - Low);

    // 1, 2 or 5 times a power of ten.
    private static double RoundUp(double step)
    {
        if (step <= 0)
            return 0;
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
