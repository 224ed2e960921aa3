namespace Efface.Auditing.Attacks;

/// <summary>
/// How well predictions read z on the images that settings are chosen on, compared with what is known there without h. An attacker starts
/// from what is known and adds a multiple of its own evidence: <c>known + scale · (opinion - known)</c>, so that an attacker that learns
/// nothing says what is known.
/// </summary>
/// <param name="BalancedAccuracy">The balanced accuracy of the class-balanced decisions; NaN if there are no images.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="LogLoss">Class-balanced cross-entropy in nats, at the best <paramref name="Scale"/>.</param>
/// <param name="Scale">The factor, 0 or more, on what is added; small if it is worth little.</param>
internal readonly record struct Quality(double BalancedAccuracy, double Error, double LogLoss, double Scale)
{
    private const double Least = 1e-3,
        Most = 10;

    /// <summary>
    /// How much log-likelihood, in nats, it gains over what is known: half the square of a standard normal if there is nothing to read.
    /// Scaled to as many images as carry the same information when all classes are equally frequent.
    /// </summary>
    public double Gain { get; init; }

    /// <summary>Judges predictions log p(z | ...), [N, K], against the truth, [N].</summary>
    /// <param name="opinions">The attacker's predictions.</param>
    /// <param name="known">What is known without h, [N, K].</param>
    /// <param name="truth">z.</param>
    public static Quality Of(double[,] opinions, double[,] known, int[] truth)
    {
        var classes = opinions.GetLength(1);
        var counts = new double[classes];
        foreach (var z in truth)
            counts[z]++;
        var present = Enumerable.Range(0, classes).Where(z => counts[z] > 0).ToArray();
        if (present.Length == 0)
            return new Quality(double.NaN, double.NaN, double.NaN, 0) { Gain = double.NaN };
        double[] weights = [.. counts.Select(count => count > 0 ? 1 / (count * present.Length) : 0)];
        var added = Added(opinions, known);
        var scale = Scaled(added, known, truth, weights);
        var (loss, before) = (Loss(added, known, truth, weights, scale).Loss, Loss(added, known, truth, weights, 0).Loss);
        var (accuracy, error) = Accuracy(Blend(opinions, known, scale), truth, counts, present);
        var images = present.Length * present.Length / present.Sum(z => 1 / counts[z]);
        return new Quality(accuracy, error, loss, scale) { Gain = images * (before - loss) };
    }

    /// <summary>
    /// What is known, plus this multiple of what the predictions add: log-probabilities, [N, K]. A prediction that is not a number adds
    /// nothing.
    /// </summary>
    public static double[,] Blend(double[,] opinions, double[,] known, double scale)
    {
        var blend = Added(opinions, known);
        for (var i = 0; i < blend.GetLength(0); i++)
        for (var z = 0; z < blend.GetLength(1); z++)
            blend[i, z] = known[i, z] + scale * blend[i, z];
        return Normalise(blend);
    }

    /// <summary>Log-probabilities from logits, [N, K], in place.</summary>
    public static double[,] Normalise(double[,] logits)
    {
        var classes = logits.GetLength(1);
        for (var i = 0; i < logits.GetLength(0); i++)
        {
            var largest = double.NegativeInfinity;
            for (var z = 0; z < classes; z++)
                largest = Math.Max(largest, logits[i, z]);
            var sum = 0.0;
            for (var z = 0; z < classes; z++)
                sum += Math.Exp(logits[i, z] - largest);
            for (var z = 0; z < classes; z++)
                logits[i, z] -= largest + Math.Log(sum);
        }
        return logits;
    }

    private static double[,] Added(double[,] opinions, double[,] known)
    {
        var added = new double[opinions.GetLength(0), opinions.GetLength(1)];
        for (var i = 0; i < added.GetLength(0); i++)
        {
            var isNumber = true;
            for (var z = 0; z < added.GetLength(1); z++)
                isNumber &= double.IsFinite(opinions[i, z]);
            for (var z = 0; isNumber && z < added.GetLength(1); z++)
                added[i, z] = opinions[i, z] - known[i, z];
        }
        return added;
    }

    // The loss is convex in the scale: its slope changes sign once, or never.
    private static double Scaled(double[,] added, double[,] known, int[] truth, double[] weights)
    {
        double low = Least,
            high = Most;
        if (Loss(added, known, truth, weights, low).Slope >= 0)
            return 0;
        for (var step = 0; step < 30; step++)
        {
            var middle = Math.Sqrt(low * high);
            if (Loss(added, known, truth, weights, middle).Slope > 0)
                high = middle;
            else
                low = middle;
        }
        return low;
    }

    private static (double Accuracy, double Error) Accuracy(double[,] opinions, int[] truth, double[] counts, int[] present)
    {
        var right = new double[counts.Length];
        for (var i = 0; i < truth.Length; i++)
            if (present.MaxBy(z => opinions[i, z]) == truth[i])
                right[truth[i]]++;
        var shares = present.Select(z => (Right: right[z] / counts[z], Count: counts[z])).ToArray();
        // One more image, half right: a class of one image must not look certain.
        var variance = shares.Sum(share =>
            (share.Right * share.Count + 0.5)
            / (share.Count + 1)
            * (1 - (share.Right * share.Count + 0.5) / (share.Count + 1))
            / share.Count
        );
        return (shares.Average(share => share.Right), Math.Sqrt(variance) / present.Length);
    }

    private static (double Loss, double Slope) Loss(double[,] added, double[,] known, int[] truth, double[] weights, double scale)
    {
        var (loss, slope) = (0.0, 0.0);
        for (var i = 0; i < truth.Length; i++)
        {
            double Logit(int z) => known[i, z] + scale * added[i, z];
            var largest = double.NegativeInfinity;
            for (var z = 0; z < weights.Length; z++)
                largest = Math.Max(largest, Logit(z));
            var (sum, mean) = (0.0, 0.0);
            for (var z = 0; z < weights.Length; z++)
            {
                var share = Math.Exp(Logit(z) - largest);
                sum += share;
                mean += share * added[i, z];
            }
            loss += weights[truth[i]] * (largest + Math.Log(sum) - Logit(truth[i]));
            slope += weights[truth[i]] * (mean / sum - added[i, truth[i]]);
        }
        return (loss, slope);
    }
}
