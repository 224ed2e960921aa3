namespace Efface.Auditing;

/// <summary>A measured number with its interval.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
/// <param name="N">How many images it rests on.</param>
public sealed record Measured(double Value, double Low, double High, int N)
{
    /// <summary>A share with Wilson's score interval (Wilson 1927).</summary>
    /// <param name="successes">0 to n.</param>
    /// <param name="n">Trials; 0 gives the interval [0, 1].</param>
    /// <param name="confidence">In (0, 1).</param>
    public static Measured Share(int successes, int n, double confidence)
    {
        if (n == 0) return new Measured(double.NaN, 0, 1, 0);
        var z = Quantile(confidence);
        var share = (double)successes / n;
        var centre = (share + z * z / (2 * n)) / (1 + z * z / n);
        var half = z / (1 + z * z / n) * Math.Sqrt(share * (1 - share) / n + z * z / (4.0 * n * n));
        return new Measured(share, Math.Max(0, centre - half), Math.Min(1, centre + half), n);
    }

    /// <summary>A mean with the normal interval.</summary>
    public static Measured Mean(ReadOnlySpan<double> values, double confidence)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return Normal(mean, Math.Sqrt(squares / Math.Max(1, values.Length - 1) / values.Length), values.Length, confidence);
    }

    /// <summary>An estimate with a known standard error.</summary>
    public static Measured Normal(double value, double standardError, int n, double confidence)
        => new(value, value - Quantile(confidence) * standardError, value + Quantile(confidence) * standardError, n);

    private static double Quantile(double confidence) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.5 + confidence / 2);
}
