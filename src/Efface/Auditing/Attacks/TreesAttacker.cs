namespace Efface.Auditing.Attacks;

/// <summary>
/// Gradient-boosted trees: they need no scale, and find the few features that matter among many, and thresholds in them. One ensemble
/// separates two classes; more classes take one against the rest each. The numbers of trees and leaves are chosen.
/// </summary>
internal sealed class TreesAttacker : ChoosingAttacker
{
    // Up to this many numbers, every tree sees all features; beyond, each tree sees a share of them, the same in every audit.
    private const double Affordable = 2e6;

    // After this many stages without improvement, more trees will not help.
    private const int Patience = 2;

    private static readonly int[] Stages = [5, 10, 20, 40, 80, 160],
        Leaves = [4, 16];

    /// <inheritdoc/>
    public override string Name => "trees";

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    )
    {
        var (features, ofChoice) = (Binned(problem, fit), Features(problem, choose));
        var most = problem.Budget == Budget.Full ? Stages[^1] : Stages[^2];
        var share = problem.Budget == Budget.Full ? 1 : Math.Clamp(Affordable / ((double)fit.Count * features.Width), 0.1, 1);
        foreach (var settings in Leaves.Select(count => new TreeSettings(count, share)))
        {
            var ensembles = Ensembles(fit, features, problem.AttributeClasses, settings);
            var (scores, selection, grown, lately) = (
                ensembles.Select(_ => new double[choose.Count]).ToArray(),
                new Selection<int>(),
                0,
                0
            );
            foreach (var stage in Stages.TakeWhile(stage => stage <= most && lately < Patience))
            {
                foreach (var ensemble in ensembles)
                    ensemble.GrowTo(stage, cancel);
                Advance(ensembles, scores, ofChoice, grown, stage);
                lately = selection.Offer(stage, start.Judge(LogOdds(scores))) ? 0 : lately + 1;
                grown = stage;
            }
            yield return new Reader(problem, ensembles, selection.Kept);
        }
    }

    // Each class against the rest; of two classes, the second one is enough.
    private static BoostedTrees[] Ensembles(AttackSet fit, BinnedFeatures features, int classes, TreeSettings settings)
    {
        var prior = fit.Prior(classes);
        // The class has half of all weight, the others the other half, in equal shares.
        BoostedTrees Against(int z) =>
            new(
                features,
                [.. fit.Attribute.Select(label => label == z)],
                [.. fit.Attribute.Select(label => 0.5 / prior[label] / (label == z ? 1 : classes - 1))],
                settings,
                new Random(0)
            );
        return [.. Enumerable.Range(classes == 2 ? 1 : 0, classes == 2 ? 1 : classes).Select(Against)];
    }

    private static void Advance(BoostedTrees[] ensembles, double[][] scores, float[] features, int from, int to)
    {
        for (var z = 0; z < ensembles.Length; z++)
            ensembles[z].AddTo(scores[z], features, Math.Min(from, ensembles[z].Count)..Math.Min(to, ensembles[z].Count));
    }

    // log p(z | ...) from one score for the second of two classes, or from one score per class for more.
    private static double[,] LogOdds(double[][] scores)
    {
        var classes = Math.Max(2, scores.Length);
        var opinions = new double[scores[0].Length, classes];
        for (var i = 0; i < scores[0].Length; i++)
        for (var z = 0; z < classes; z++)
            opinions[i, z] = scores.Length == 1 ? z * scores[0][i] : scores[z][i];
        return Quality.Normalise(opinions);
    }

    private static BinnedFeatures Binned(AttackProblem problem, AttackSet set) =>
        BinnedFeatures.Of(Features(problem, set), (int)set.Values.shape[1] + problem.TaskClasses);

    // f32 [N · F]: a row's numbers, and y where it is known.
    private static float[] Features(AttackProblem problem, AttackSet set)
    {
        using var data = set.Values.contiguous().data<float>();
        var (values, own) = (data.ToArray(), (int)set.Values.shape[1]);
        if (!problem.KnowsTask)
            return values;
        var width = own + problem.TaskClasses;
        var features = new float[set.Count * width];
        for (var i = 0; i < set.Count; i++)
        {
            values.AsSpan(i * own, own).CopyTo(features.AsSpan(i * width));
            features[i * width + own + set.Task[i]] = 1;
        }
        return features;
    }

    private sealed class Reader(AttackProblem problem, BoostedTrees[] ensembles, int trees) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            var scores = ensembles.Select(_ => new double[set.Count]).ToArray();
            Advance(ensembles, scores, Features(problem, set), 0, trees);
            return LogOdds(scores);
        }

        public void Dispose() { }
    }
}
