namespace Efface.Auditing;

/// <summary>How well opinions read z on the images that settings are chosen on.</summary>
/// <param name="BalancedAccuracy">Of the class-balanced decisions; NaN without images.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="LogLoss">Class-balanced cross-entropy in nats, at the best <paramref name="Temperature"/>.</param>
/// <param name="Temperature">The factor on log p(z|h) that calibrates it; small where the opinions are worth nothing.</param>
internal readonly record struct Quality(double BalancedAccuracy, double Error, double LogLoss, double Temperature)
{
    private const double Least = 1e-3, Most = 10;

    /// <summary>Judges opinions log p(z | ...), [N, K], by the truth, [N].</summary>
    public static Quality Of(double[,] opinions, int[] truth)
    {
        var classes = opinions.GetLength(1);
        var (counts, right) = (new double[classes], new double[classes]);
        for (var i = 0; i < truth.Length; i++)
        {
            counts[truth[i]]++;
            if (Enumerable.Range(0, classes).MaxBy(z => opinions[i, z]) == truth[i]) right[truth[i]]++;
        }
        var present = Enumerable.Range(0, classes).Where(z => counts[z] > 0).ToArray();
        if (present.Length == 0) return new Quality(double.NaN, double.NaN, double.NaN, 1);
        var shares = present.Select(z => (Right: right[z] / counts[z], Count: counts[z])).ToArray();
        // One more image, half right: a class of one image must not look certain.
        var variance = shares.Sum(share => (share.Right * share.Count + 0.5) / (share.Count + 1) * (1 - (share.Right * share.Count + 0.5) / (share.Count + 1)) / share.Count);
        double[] weights = [.. counts.Select(count => count > 0 ? 1 / (count * present.Length) : 0)];

        // The loss is convex in the temperature: its slope changes sign once.
        double low = Least, high = Most;
        for (var step = 0; step < 30; step++)
        {
            var middle = Math.Sqrt(low * high);
            if (Loss(opinions, truth, weights, middle).Slope > 0) high = middle;
            else low = middle;
        }
        return new Quality(shares.Average(share => share.Right), Math.Sqrt(variance) / present.Length, Loss(opinions, truth, weights, low).Loss, low);
    }

    /// <summary>The opinions at a temperature, normalised, in place.</summary>
    public static double[,] Calibrate(double[,] opinions, double temperature)
    {
        var classes = opinions.GetLength(1);
        for (var i = 0; i < opinions.GetLength(0); i++)
        {
            var largest = double.NegativeInfinity;
            for (var z = 0; z < classes; z++) largest = Math.Max(largest, opinions[i, z] *= temperature);
            var sum = 0.0;
            for (var z = 0; z < classes; z++) sum += Math.Exp(opinions[i, z] - largest);
            for (var z = 0; z < classes; z++) opinions[i, z] -= largest + Math.Log(sum);
        }
        return opinions;
    }

    private static (double Loss, double Slope) Loss(double[,] opinions, int[] truth, double[] weights, double temperature)
    {
        var (loss, slope) = (0.0, 0.0);
        for (var i = 0; i < truth.Length; i++)
        {
            var largest = double.NegativeInfinity;
            for (var z = 0; z < weights.Length; z++) largest = Math.Max(largest, temperature * opinions[i, z]);
            var (sum, mean) = (0.0, 0.0);
            for (var z = 0; z < weights.Length; z++)
            {
                var share = Math.Exp(temperature * opinions[i, z] - largest);
                sum += share;
                mean += share * opinions[i, z];
            }
            loss += weights[truth[i]] * (largest + Math.Log(sum) - temperature * opinions[i, truth[i]]);
            slope += weights[truth[i]] * (mean / sum - opinions[i, truth[i]]);
        }
        return (loss, slope);
    }
}

/// <summary>
/// Keeps the best of what is offered one after the other: of those whose balanced accuracy lies within a standard error of the highest,
/// the one with the least log-loss, because balanced accuracy is too coarse to choose among equals.
/// </summary>
internal sealed class Selection<T>
{
    private double _highest = double.NegativeInfinity;

    /// <summary>What was kept; null before the first offer.</summary>
    public T? Kept { get; private set; }

    /// <summary>How good it is.</summary>
    public Quality Quality { get; private set; }

    /// <summary>Whether anything was offered.</summary>
    public bool HasKept { get; private set; }

    /// <summary>Whether this one was kept, in place of what was kept before.</summary>
    public bool Offer(T candidate, Quality quality)
    {
        if (quality.BalancedAccuracy > _highest) _highest = quality.BalancedAccuracy;
        var better = !HasKept || (quality.BalancedAccuracy >= _highest - quality.Error
            && (quality.LogLoss < Quality.LogLoss || Quality.BalancedAccuracy < _highest - Quality.Error));
        if (better) (Kept, Quality, HasKept) = (candidate, quality, true);
        return better;
    }
}
