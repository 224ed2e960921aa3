using Efface.Data;

namespace Efface.Auditing;

/// <summary>How well an attacker read the attribute on some images.</summary>
/// <param name="Accuracy">With decisions that favour frequent classes; Wilson's interval.</param>
/// <param name="BalancedAccuracy">With class-balanced decisions; bootstrap interval.</param>
/// <param name="Auc">Area under the ROC curve, one class against the rest, mean over classes; interval after DeLong et al. (1988).</param>
/// <param name="Bits">H(z) - CE: a lower bound on I(h;z), or on I(h;z|y) for an attacker that knows y.</param>
public sealed record Scores(Measured Accuracy, Measured BalancedAccuracy, Measured Auc, Measured Bits);

/// <summary>An attacker's predictions for some images.</summary>
/// <param name="Balanced">log p(z | what it sees) as if all classes were equally frequent, [N, K].</param>
/// <param name="Prior">p(z) among the images it was fitted on, [K].</param>
/// <param name="Truth">z, [N].</param>
public sealed record Readings(double[,] Balanced, double[] Prior, int[] Truth)
{
    // Decisions are made among the classes present: naming an absent one is always wrong.
    private readonly int[] _occurring = [.. Truth.Distinct().Order()];

    /// <summary>K.</summary>
    public int Classes => Prior.Length;

    /// <summary>Whether the class-balanced decision is right, for each image.</summary>
    public bool[] Right() => [.. Truth.Select((z, i) => Decide(i, balanced: true) == z)];

    /// <summary>The likeliest class of each image, with class frequencies as in the images it was fitted on.</summary>
    public int[] Decisions() => [.. Truth.Select((_, i) => Decide(i, balanced: false))];

    /// <summary>
    /// Class-balanced cross-entropy in nats: attackers are chosen by it, because it separates them with fewer images than balanced
    /// accuracy.
    /// </summary>
    public double LogLoss()
    {
        var counts = Truth.CountBy(z => z).ToDictionary();
        return Truth.Select((z, i) => -Balanced[i, z] / counts[z]).Sum() / counts.Count;
    }

    /// <summary>Balanced accuracy alone.</summary>
    public double BalancedAccuracy()
    {
        var (hits, sizes) = (new int[Classes], new int[Classes]);
        for (var i = 0; i < Truth.Length; i++)
        {
            sizes[Truth[i]]++;
            if (Decide(i, balanced: true) == Truth[i])
                hits[Truth[i]]++;
        }
        return Enumerable
            .Range(0, Classes)
            .Where(z => sizes[z] > 0)
            .Select(z => (double)hits[z] / sizes[z])
            .DefaultIfEmpty(double.NaN)
            .Average();
    }

    /// <summary>Counts of images of each class (rows) assigned to each class (columns), with class-balanced decisions.</summary>
    public int[][] Confusion()
    {
        var table = Enumerable.Range(0, Classes).Select(_ => new int[Classes]).ToArray();
        for (var i = 0; i < Truth.Length; i++)
            table[Truth[i]][Decide(i, balanced: true)]++;
        return table;
    }

    /// <summary>Everything that is reported.</summary>
    /// <param name="sampling">How the images were drawn.</param>
    /// <param name="known">The task of each image if the attacker knows it: bits are then about z given y.</param>
    public Scores Score(Sampling sampling, int[]? known = null) =>
        new(
            Measured.Share([.. Truth.Select((z, i) => Decide(i, balanced: false) == z)], sampling),
            Bootstrap.BalancedAccuracy(Right(), Truth, Classes, sampling),
            Auc.Of(Balanced, Truth, sampling),
            Bits(sampling, known)
        );

    private int Decide(int image, bool balanced)
    {
        var (best, at) = (double.NegativeInfinity, _occurring[0]);
        foreach (var k in _occurring)
        {
            var value = Balanced[image, k] + (balanced ? 0 : LogPrior(k));
            if (value > best)
                (best, at) = (value, k);
        }
        return at;
    }

    private double LogPrior(int k) => Math.Log(Math.Max(Prior[k], 1e-12));

    private Measured Bits(Sampling sampling, int[]? known)
    {
        var entropy = EntropyOfTruth(known);
        var information = new double[Truth.Length];
        for (var i = 0; i < Truth.Length; i++)
        {
            var largest = double.NegativeInfinity;
            for (var k = 0; k < Classes; k++)
                largest = Math.Max(largest, Balanced[i, k] + LogPrior(k));
            var sum = 0.0;
            for (var k = 0; k < Classes; k++)
                sum += Math.Exp(Balanced[i, k] + LogPrior(k) - largest);
            information[i] = entropy + (Balanced[i, Truth[i]] + LogPrior(Truth[i]) - largest - Math.Log(sum)) / Math.Log(2);
        }
        return Measured.Mean(information, sampling);
    }

    private double EntropyOfTruth(int[]? known)
    {
        static double Entropy(IEnumerable<int> labels) => JointTable.Entropy(labels.CountBy(label => label).Select(group => group.Value));
        return known is null
            ? Entropy(Truth)
            : Truth
                .Zip(known)
                .GroupBy(pair => pair.Second)
                .Sum(group => (double)group.Count() / Truth.Length * Entropy(group.Select(pair => pair.First)));
    }
}
