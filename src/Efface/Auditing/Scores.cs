namespace Efface.Auditing;

/// <summary>How well an attacker read the attribute on some images.</summary>
/// <param name="Accuracy">With decisions that favour frequent classes; Wilson's interval.</param>
/// <param name="BalancedAccuracy">With class-balanced decisions; bootstrap interval.</param>
/// <param name="Auc">Area under the ROC curve, one class against the rest, mean over classes; interval after Hanley and McNeil (1982).</param>
/// <param name="Bits">H(z) - CE: a lower bound on I(h;z), or on I(h;z|y) for an attacker who knows y.</param>
public sealed record Scores(Measured Accuracy, Measured BalancedAccuracy, Measured Auc, Measured Bits);

/// <summary>An attacker's opinion on each of some images.</summary>
/// <param name="Balanced">log p(z | what it sees) as if all classes were equally frequent, [N, K].</param>
/// <param name="Prior">p(z) among the images it was fitted on, [K].</param>
/// <param name="Truth">z, [N].</param>
public sealed record Readings(double[,] Balanced, double[] Prior, int[] Truth)
{
    /// <summary>K.</summary>
    public int Classes => Prior.Length;

    /// <summary>Whether the class-balanced decision is right, for each image.</summary>
    public bool[] Right() => [.. Truth.Select((z, i) => ArgMax(i, balanced: true) == z)];

    /// <summary>Balanced accuracy alone: what attackers are chosen by.</summary>
    public double BalancedAccuracy()
    {
        var right = Right();
        return Enumerable.Range(0, Classes)
            .Select(k => Truth.Select((z, i) => (z, i)).Where(pair => pair.z == k).Select(pair => right[pair.i] ? 1.0 : 0.0).DefaultIfEmpty(double.NaN).Average())
            .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>Everything that is reported.</summary>
    /// <param name="confidence">In (0, 1).</param>
    /// <param name="known">The task of each image where the attacker knows it: bits are then about z given y.</param>
    public Scores Score(double confidence, int[]? known = null)
    {
        var hits = Truth.Where((z, i) => ArgMax(i, balanced: false) == z).Count();
        return new Scores(
            Measured.Share(hits, Truth.Length, confidence),
            Bootstrap.BalancedAccuracy(Right(), Truth, Classes, confidence),
            Auc(confidence),
            Bits(confidence, known));
    }

    private int ArgMax(int image, bool balanced)
    {
        var (best, at) = (double.NegativeInfinity, 0);
        for (var k = 0; k < Classes; k++)
        {
            var value = Balanced[image, k] + (balanced ? 0 : LogPrior(k));
            if (value > best) (best, at) = (value, k);
        }
        return at;
    }

    private double LogPrior(int k) => Math.Log(Math.Max(Prior[k], 1e-12));

    private Measured Bits(double confidence, int[]? known)
    {
        var entropy = EntropyOfTruth(known);
        var information = new double[Truth.Length];
        for (var i = 0; i < Truth.Length; i++)
        {
            var largest = Enumerable.Range(0, Classes).Max(k => Balanced[i, k] + LogPrior(k));
            var normaliser = largest + Math.Log(Enumerable.Range(0, Classes).Sum(k => Math.Exp(Balanced[i, k] + LogPrior(k) - largest)));
            information[i] = entropy + (Balanced[i, Truth[i]] + LogPrior(Truth[i]) - normaliser) / Math.Log(2);
        }
        return Measured.Mean(information, confidence);
    }

    private double EntropyOfTruth(int[]? known)
    {
        double Entropy(IEnumerable<int> labels)
        {
            var counts = labels.GroupBy(label => label).Select(group => (double)group.Count()).ToArray();
            return -counts.Sum(count => count / counts.Sum() * Math.Log2(count / counts.Sum()));
        }
        return known is null
            ? Entropy(Truth)
            : Truth.Zip(known).GroupBy(pair => pair.Second).Sum(group => (double)group.Count() / Truth.Length * Entropy(group.Select(pair => pair.First)));
    }

    private Measured Auc(double confidence)
    {
        var (sum, variance, classes) = (0.0, 0.0, 0);
        for (var k = 0; k < Classes; k++)
        {
            var positives = Truth.Count(z => z == k);
            var negatives = Truth.Length - positives;
            if (positives == 0 || negatives == 0) continue;
            var area = Area(k, positives, negatives);
            double q1 = area / (2 - area), q2 = 2 * area * area / (1 + area);
            variance += (area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area)) / ((double)positives * negatives);
            sum += area;
            classes++;
        }
        return classes == 0
            ? new Measured(double.NaN, 0, 1, Truth.Length)
            : Measured.Normal(sum / classes, Math.Sqrt(Math.Max(0, variance)) / classes, Truth.Length, confidence);
    }

    // Mann-Whitney's statistic with mid-ranks for ties.
    private double Area(int k, int positives, int negatives)
    {
        var margin = Enumerable.Range(0, Truth.Length).Select(i => Margin(i, k)).ToArray();
        var order = Enumerable.Range(0, margin.Length).ToArray();
        Array.Sort((double[])margin.Clone(), order);
        var rankSum = 0.0;
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start; end < order.Length && margin[order[end]] == margin[order[start]]; end++) { }
            var rank = (start + end + 1) / 2.0;
            for (var i = start; i < end; i++)
                if (Truth[order[i]] == k) rankSum += rank;
        }
        return (rankSum - positives * (positives + 1.0) / 2) / ((double)positives * negatives);
    }

    // log of p(k) / p(not k): the order by which class k is told from the rest.
    private double Margin(int image, int k)
    {
        var others = Enumerable.Range(0, Classes).Where(other => other != k).Select(other => Balanced[image, other]).ToArray();
        var largest = others.Max();
        return Balanced[image, k] - largest - Math.Log(others.Sum(other => Math.Exp(other - largest)));
    }
}
