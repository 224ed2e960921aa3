namespace Efface.Auditing;

/// <summary>
/// Gradient-boosted trees: they need no scale, find the few features among many that matter, and thresholds in them. Two classes are told
/// apart by one ensemble, more by one against all others each. The number of trees and of leaves are chosen.
/// </summary>
public sealed class TreesAttacker : ChoosingAttacker
{
    // So many numbers are looked at by every tree; of more, each tree sees a share of the features.
    private const double Affordable = 2e6;

    private static readonly int[] Stages = [5, 10, 20, 40, 80, 160];

    /// <inheritdoc/>
    public override string Name => "trees";

    /// <inheritdoc/>
    public override bool DependsOnSeed => true;

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed
    )
    {
        var (features, chooseFeatures) = (Features(problem, fit), Features(problem, choose));
        var (trees, leaves) = problem.Budget == Budget.Full ? (160, new[] { 4, 16 }) : (80, [4, 16]);
        var share = problem.Budget == Budget.Full ? 1 : Math.Clamp(Affordable / ((double)fit.Count * features[0].Length), 0.1, 1);
        foreach (var settings in leaves.Select(count => new TreeSettings(trees, count, share)))
        {
            var ensembles = Grow(fit, features, problem.AttributeClasses, settings, seed);
            var (scores, selection, done) = (ensembles.Select(_ => new double[choose.Count]).ToArray(), new Selection<int>(), 0);
            foreach (var stage in Stages.Where(stage => stage <= trees))
            {
                Advance(ensembles, scores, chooseFeatures, done, stage);
                selection.Offer(stage, start.Judge(LogOdds(scores)));
                done = stage;
            }
            yield return new Reader(problem, ensembles, selection.Kept);
        }
    }

    private static BoostedTrees[] Grow(AttackSet fit, float[][] features, int classes, TreeSettings settings, int seed)
    {
        var prior = fit.Prior(classes);
        BoostedTrees Against(int z)
        {
            bool[] positive = [.. fit.Attribute.Select(label => label == z)];
            // Half of all weight is on the class, half on the others, each as frequent as the next.
            return BoostedTrees.Grow(
                features,
                positive,
                [.. fit.Attribute.Select(label => (float)(0.5 / prior[label] / (label == z ? 1 : classes - 1)))],
                settings,
                seed
            );
        }
        return [.. Enumerable.Range(classes == 2 ? 1 : 0, classes == 2 ? 1 : classes).Select(Against)];
    }

    private static void Advance(BoostedTrees[] ensembles, double[][] scores, float[][] features, int from, int to)
    {
        for (var z = 0; z < ensembles.Length; z++)
            ensembles[z].AddTo(scores[z], features, Math.Min(from, ensembles[z].Count)..Math.Min(to, ensembles[z].Count));
    }

    // log p(z | ...) from one score for the second of two classes, or one for each of more.
    private static double[,] LogOdds(double[][] scores)
    {
        var classes = Math.Max(2, scores.Length);
        var opinions = new double[scores[0].Length, classes];
        for (var i = 0; i < scores[0].Length; i++)
        for (var z = 0; z < classes; z++)
            opinions[i, z] = scores.Length == 1 ? z * scores[0][i] : scores[z][i];
        return Quality.Normalise(opinions);
    }

    private static float[][] Features(AttackProblem problem, AttackSet set)
    {
        using var data = set.Values.contiguous().data<float>();
        var width = (int)set.Values.shape[1];
        var flat = data.ToArray();
        return
        [
            .. Enumerable
                .Range(0, set.Count)
                .Select(i =>
                {
                    var row = new float[width + problem.TaskClasses];
                    flat.AsSpan(i * width, width).CopyTo(row);
                    if (problem.KnowsTask)
                        row[width + set.Task[i]] = 1;
                    return row;
                }),
        ];
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
