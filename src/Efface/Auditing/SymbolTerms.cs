namespace Efface.Auditing;

/// <summary>
/// The contribution of a symbol of n images to <see cref="ChiSquareBound"/>: t·W² + a constant, for the sum W of the signs of its images.
/// </summary>
internal sealed class SymbolTerms
{
    private const double First = 0.01,
        Factor = 1.3,
        Last = 10,
        LargestT = 0.45;

    private readonly int _n;
    private readonly List<(double T, double Noise, double Drift)> _choices = [(0, 0, 0)];

    /// <summary>For symbols of <paramref name="n"/> images, at least 1.</summary>
    public SymbolTerms(int n)
    {
        _n = n;
        for (var scaled = First; scaled < Last && scaled / n < LargestT; scaled *= Factor)
        {
            var (noise, drift) = Fallen(n, scaled / n);
            _choices.Add((scaled / n, noise, drift));
        }
    }

    /// <summary>The t and constant with the smallest contribution if the signs are fair coins: only n and λ decide this choice.</summary>
    /// <param name="rate">λ, in (0, 1).</param>
    public (double T, double Constant) At(double rate) =>
        _choices.Select(one => (one.T, Constant: Most(rate, one.Drift) - one.Noise)).MinBy(term => term.T * _n + term.Constant);

    /// <summary>E exp(-tW²) ≤ exp(-noise - drift·ρ²) for n independent signs of mean ρ, and t below 1/2.</summary>
    public static (double Noise, double Drift) Fallen(int n, double t)
    {
        var (noise, drift, left) = (0.0, 0.0, t);
        for (var image = 0; image < n; image++)
        {
            noise += left;
            drift += (1 - left / t * (left / t)) / 2;
            left *= 1 - 2 * left;
        }
        return (noise, drift);
    }

    // The largest -n log(1 - λr) - drift·r² over 0 ≤ r ≤ 1: where it first stops rising, or at the end.
    private double Most(double rate, double drift)
    {
        double Of(double r) => -_n * double.LogP1(-rate * r) - drift * r * r;
        var inner = drift * drift - 2 * _n * rate * rate * drift;
        if (inner <= 0)
            return Of(1);
        var first = (drift - Math.Sqrt(inner)) / (2 * rate * drift);
        return first < 1 ? Math.Max(Of(first), Of(1)) : Of(1);
    }
}
