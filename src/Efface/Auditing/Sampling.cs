namespace Efface.Auditing;

/// <summary>How the test images were drawn, and the confidence of intervals.</summary>
/// <param name="Confidence">In (0, 1).</param>
/// <param name="Groups">The group of each image, [N], where images of one group (one person, say) are not independent; else null.</param>
public sealed record Sampling(double Confidence, int[]? Groups = null)
{
    /// <summary>The same images at another confidence.</summary>
    public Sampling At(double confidence) => this with { Confidence = confidence };

    /// <summary>Some of the images.</summary>
    public Sampling Select(int[] images) => this with { Groups = Groups is null ? null : [.. images.Select(image => Groups[image])] };

    /// <summary>How many independent units there are among <paramref name="n"/> images.</summary>
    public int Units(int n) => Groups is null ? n : Groups.Distinct().Count();

    /// <summary>
    /// The standard error of a sum whose terms have mean 0: independent between groups, anything within one (Liang and Zeger 1986).
    /// </summary>
    /// <param name="terms">One per image, [N].</param>
    public double StandardError(ReadOnlySpan<double> terms)
    {
        var squares = 0.0;
        if (Groups is null)
        {
            foreach (var term in terms)
                squares += term * term;
            return Math.Sqrt(squares * terms.Length / Math.Max(1, terms.Length - 1));
        }
        var sums = new Dictionary<int, double>();
        for (var i = 0; i < terms.Length; i++)
            sums[Groups[i]] = sums.GetValueOrDefault(Groups[i]) + terms[i];
        foreach (var sum in sums.Values)
            squares += sum * sum;
        return Math.Sqrt(squares * sums.Count / Math.Max(1, sums.Count - 1));
    }
}
