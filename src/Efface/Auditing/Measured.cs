namespace Efface.Auditing;

/// <summary>A measured number with its interval.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
/// <param name="N">The number of images behind it.</param>
public sealed record Measured(double Value, double Low, double High, int N)
{
    /// <summary>A share with Wilson's score interval (Wilson 1927).</summary>
    /// <param name="successes">0 to n.</param>
    /// <param name="n">Trials; 0 gives the interval [0, 1].</param>
    /// <param name="confidence">In (0, 1).</param>
    public static Measured Share(int successes, int n, double confidence) =>
        n == 0 ? new Measured(double.NaN, 0, 1, 0) : Wilson((double)successes / n, n, n, confidence);

    /// <summary>
    /// The share of images that are right. With groups, Wilson's interval is that of the number of independent images with the same
    /// standard error (the design effect of Kish 1965), never more than there are.
    /// </summary>
    public static Measured Share(ReadOnlySpan<bool> right, Sampling sampling)
    {
        var n = right.Length;
        if (n == 0)
            return Share(0, 0, sampling.Confidence);
        // A sum of 1/n would miss 1 by rounding, and its error would not be 0.
        var share = (double)right.Count(true) / n;
        if (sampling.Groups is null)
            return Wilson(share, n, n, sampling.Confidence);
        var terms = new double[n];
        for (var i = 0; i < n; i++)
            terms[i] = ((right[i] ? 1 : 0) - share) / n;
        var error = sampling.StandardError(terms);
        var alike = error > 0 ? share * (1 - share) / (error * error) : sampling.Units(n);
        return Wilson(share, Math.Clamp(alike, 1, n), n, sampling.Confidence);
    }

    /// <summary>A mean with the normal interval.</summary>
    public static Measured Mean(ReadOnlySpan<double> values, Sampling sampling)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        var mean = sum / values.Length;
        var terms = new double[values.Length];
        for (var i = 0; i < terms.Length; i++)
            terms[i] = (values[i] - mean) / values.Length;
        return Normal(mean, sampling.StandardError(terms), values.Length, sampling.Confidence);
    }

    /// <summary>An estimate with a known standard error.</summary>
    public static Measured Normal(double value, double standardError, int n, double confidence) =>
        new(value, value - Quantile(confidence) * standardError, value + Quantile(confidence) * standardError, n);

    /// <summary>How many standard errors an interval reaches to either side.</summary>
    public static double Quantile(double confidence) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.5 + confidence / 2);

    /// <summary>
    /// The share that is right among weighted images: Wilson's interval for the number of equal images with the same standard error.
    /// </summary>
    /// <param name="right">Whether each image is right.</param>
    /// <param name="weights">Above 0.</param>
    /// <param name="confidence">In (0, 1).</param>
    public static Measured Share(ReadOnlySpan<bool> right, ReadOnlySpan<double> weights, double confidence)
    {
        var (sum, squares, hits) = (0.0, 0.0, 0.0);
        for (var i = 0; i < right.Length; i++)
            (sum, squares, hits) = (sum + weights[i], squares + weights[i] * weights[i], hits + (right[i] ? weights[i] : 0));
        return right.Length == 0 ? Share(0, 0, confidence) : Wilson(hits / sum, sum * sum / squares, right.Length, confidence);
    }

    private static Measured Wilson(double share, double trials, int n, double confidence)
    {
        var z = Quantile(confidence);
        var centre = (share + z * z / (2 * trials)) / (1 + z * z / trials);
        var half = z / (1 + z * z / trials) * Math.Sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
        return new Measured(share, Math.Max(0, centre - half), Math.Min(1, centre + half), n);
    }
}
