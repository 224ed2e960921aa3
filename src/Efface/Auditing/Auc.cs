namespace Efface.Auditing;

/// <summary>
/// The area under the ROC curve, one class against the rest, mean over classes: how well images are ranked; 0.5 is chance. Ties count half.
/// The interval follows from each image's own part in the area (DeLong et al. 1988; by groups, Obuchowski 1997), on the logit scale.
/// </summary>
internal static class Auc
{
    /// <summary>The mean over the classes present.</summary>
    /// <param name="balanced">Log-probabilities, [N, K].</param>
    /// <param name="truth">The class of each image, [N].</param>
    /// <param name="sampling">How the images were drawn.</param>
    public static Measured Of(double[,] balanced, int[] truth, Sampling sampling)
    {
        var (n, classes) = (truth.Length, balanced.GetLength(1));
        var terms = new double[n];
        var areas = new List<double>();
        var fewest = n;
        for (var k = 0; k < classes; k++)
        {
            var positives = truth.Count(z => z == k);
            if (positives == 0 || positives == n)
                continue;
            fewest = Math.Min(fewest, Math.Min(positives, n - positives));
            areas.Add(Area(Margins(balanced, k), truth, k, positives, terms));
        }
        if (areas.Count == 0)
            return new Measured(double.NaN, 0, 1, n);
        for (var i = 0; i < n; i++)
            terms[i] /= areas.Count;

        // A perfect ranking shows no spread: its error is then that of a ranking one mistake short of it.
        var (area, error) = (areas.Average(), sampling.StandardError(terms));
        var inner = (area * fewest + 0.5) / (fewest + 1);
        if (error == 0)
            error = Math.Sqrt(inner * (1 - inner) / fewest);
        var logit = Math.Log(inner / (1 - inner));
        var half = Measured.Quantile(sampling.Confidence) * error / (inner * (1 - inner));
        return new Measured(area, Math.Min(area, Logistic(logit - half)), Math.Max(area, Logistic(logit + half)), n);
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    // Mann and Whitney's statistic by mid-ranks; each image contributes the share of the other side that it is ranked correctly against.
    private static double Area(double[] margins, int[] truth, int k, int positives, double[] terms)
    {
        var negatives = margins.Length - positives;
        var order = Enumerable.Range(0, margins.Length).ToArray();
        var sorted = (double[])margins.Clone();
        Array.Sort(sorted, order);
        var part = new double[margins.Length];
        var (positivesBelow, negativesBelow, area) = (0, 0, 0.0);
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start; end < order.Length && sorted[end] == sorted[start]; end++) { }
            var tiedPositives = order[start..end].Count(i => truth[i] == k);
            var tiedNegatives = end - start - tiedPositives;
            foreach (var i in order.AsSpan(start..end))
            {
                part[i] =
                    truth[i] == k
                        ? (negativesBelow + 0.5 * tiedNegatives) / negatives
                        : (positives - positivesBelow - 0.5 * tiedPositives) / positives;
                if (truth[i] == k)
                    area += part[i] / positives;
            }
            positivesBelow += tiedPositives;
            negativesBelow += tiedNegatives;
        }
        for (var i = 0; i < part.Length; i++)
            terms[i] += (part[i] - area) / (truth[i] == k ? positives : negatives);
        return area;
    }

    // log of p(k) / p(not k): ranks images by class k against the rest.
    private static double[] Margins(double[,] balanced, int k)
    {
        int n = balanced.GetLength(0),
            classes = balanced.GetLength(1);
        var margins = new double[n];
        for (var i = 0; i < n; i++)
        {
            var (largest, sum) = (double.NegativeInfinity, 0.0);
            for (var other = 0; other < classes; other++)
                if (other != k)
                    largest = Math.Max(largest, balanced[i, other]);
            for (var other = 0; other < classes; other++)
                if (other != k)
                    sum += Math.Exp(balanced[i, other] - largest);
            margins[i] = balanced[i, k] - largest - Math.Log(sum);
        }
        return margins;
    }
}
