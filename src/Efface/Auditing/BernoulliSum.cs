using MathNet.Numerics.Distributions;

namespace Efface.Auditing;

/// <summary>
/// Upper confidence bounds on the mean of a sum of independent terms whose own means are unknown and differ. docs/certificate.md has the
/// proofs.
/// </summary>
internal static class BernoulliSum
{
    private const double LargestExponent = 50,
        MostDoubt = 0.25;

    private const int Steps = 40;

    /// <summary>
    /// For independent zeros and ones: the upper end of Clopper and Pearson (1934), which holds for any means by Hoeffding (1956).
    /// </summary>
    /// <param name="ones">The ones observed, 0 to n.</param>
    /// <param name="n">Terms, at least 1.</param>
    /// <param name="delta">The chance that the mean share exceeds the bound; capped at 1/4.</param>
    /// <returns>A share of n.</returns>
    public static double Share(int ones, int n, double delta) =>
        ones >= n - 1 ? 1 : Beta.InvCDF(ones + 1, n - ones, 1 - Math.Min(MostDoubt, delta));

    /// <summary>
    /// For independent terms, each between 0 and its weight: Chernoff's bound, with the largest moment generating function that such terms
    /// of one total mean can have.
    /// </summary>
    /// <param name="sum">The observed sum.</param>
    /// <param name="weights">The weights, above 0, and how many terms have each; they sum to 1.</param>
    /// <param name="delta">The chance that the mean exceeds the bound.</param>
    public static double Mean(double sum, IReadOnlyList<(double Weight, int Count)> weights, double delta)
    {
        if (sum >= 1)
            return 1;
        var (squares, largest) = (weights.Sum(term => term.Count * term.Weight * term.Weight), weights.Max(term => term.Weight));
        var (low, high) = (0.1 * Math.Sqrt(Math.Log(1 / delta) / squares), LargestExponent / largest);
        return Math.Min(
            1,
            Smallest(
                t => Smallest(nu => Bound(sum, weights, delta, t, nu), Slope(weights, t, small: true), Slope(weights, t, small: false)),
                Math.Min(low, high / 2),
                high
            )
        );
    }

    // For a low price nu all means go to 0, for a high one all to 1.
    private static double Slope(IReadOnlyList<(double Weight, int Count)> weights, double t, bool small) =>
        small
            ? weights.Min(term => Fall(t * term.Weight) / term.Weight)
            : weights.Max(term => Math.Exp(t * term.Weight) * Fall(t * term.Weight) / term.Weight);

    private static double Bound(double sum, IReadOnlyList<(double Weight, int Count)> weights, double delta, double t, double nu)
    {
        var total = t * sum + Math.Log(1 / delta);
        foreach (var (weight, count) in weights)
            total += count * Largest(weight, t, nu);
        return total / nu;
    }

    // The largest log(1 - μ(1 - exp(-tw))) + νwμ over the means 0 ≤ μ ≤ 1.
    private static double Largest(double weight, double t, double nu)
    {
        var (fall, gain) = (Fall(t * weight), nu * weight);
        if (gain <= fall)
            return 0;
        if (gain >= fall * Math.Exp(t * weight))
            return gain - t * weight;
        return Math.Log(fall / gain) + gain / fall - 1;
    }

    private static double Fall(double exponent) => -double.ExpM1(-exponent);

    // Golden section on a logarithmic scale, for a function that falls and then rises. The result is a bound, minimal or not.
    private static double Smallest(Func<double, double> function, double low, double high)
    {
        var golden = (Math.Sqrt(5) - 1) / 2;
        var (a, b) = (Math.Log(low), Math.Log(high));
        var (left, right) = (b - golden * (b - a), a + golden * (b - a));
        var (atLeft, atRight) = (function(Math.Exp(left)), function(Math.Exp(right)));
        for (var step = 0; step < Steps; step++)
        {
            if (atLeft <= atRight)
            {
                (b, right, atRight) = (right, left, atLeft);
                left = b - golden * (b - a);
                atLeft = function(Math.Exp(left));
            }
            else
            {
                (a, left, atLeft) = (left, right, atRight);
                right = a + golden * (b - a);
                atRight = function(Math.Exp(right));
            }
        }
        return Math.Min(atLeft, atRight);
    }
}
