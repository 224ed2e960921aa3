using System.Runtime.InteropServices;

namespace Efface.Auditing.Attacks;

/// <summary>How boosted trees are grown.</summary>
/// <param name="Leaves">The most leaves per tree.</param>
/// <param name="Features">The share of features that each tree may use, in (0, 1].</param>
internal sealed record TreeSettings(int Leaves, double Features);

/// <summary>
/// Gradient-boosted trees for the log-odds of one class (Friedman 2001), with Newton steps at the leaves and a little penalty on them (Chen
/// and Guestrin 2016): each prefix is a smaller model.
/// </summary>
/// <param name="features">The features of N images.</param>
/// <param name="positive">[N]: which images are of the class.</param>
/// <param name="weights">[N], with the same sum for both classes: the log-odds start at 0.</param>
/// <param name="settings">How large trees are.</param>
/// <param name="random">Decides which features a tree may use, if not all.</param>
internal sealed class BoostedTrees(BinnedFeatures features, bool[] positive, double[] weights, TreeSettings settings, Random random)
{
    private const double LearningRate = 0.1;

    private readonly List<RegressionTree> _trees = [];
    private readonly TreeGrower _grower = new(features, settings.Leaves, LearningRate);
    private readonly int[] _all = [.. Enumerable.Range(0, features.Width)];
    private readonly double[] _scores = new double[features.Count],
        _slopes = new double[features.Count],
        _curvatures = new double[features.Count];

    /// <summary>The number of trees.</summary>
    public int Count => _trees.Count;

    /// <summary>Grows until this number of trees is reached, or no split is left.</summary>
    public void GrowTo(int trees, CancellationToken cancel)
    {
        while (_trees.Count < trees)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < _scores.Length; i++)
            {
                var p = 1 / (1 + Math.Exp(-_scores[i]));
                (_slopes[i], _curvatures[i]) = (weights[i] * (p - (positive[i] ? 1 : 0)), weights[i] * p * (1 - p));
            }
            if (_grower.Grow(_slopes, _curvatures, Some(), _scores) is not { } tree)
                break;
            _trees.Add(tree);
        }
    }

    /// <summary>Adds the output of a range of trees to scores [N].</summary>
    /// <param name="scores">[N].</param>
    /// <param name="values">f32 [N · F], row by row.</param>
    /// <param name="trees">Which trees.</param>
    public void AddTo(double[] scores, float[] values, Range trees)
    {
        var width = values.Length / Math.Max(1, scores.Length);
        foreach (var tree in CollectionsMarshal.AsSpan(_trees)[trees])
            for (var i = 0; i < scores.Length; i++)
                scores[i] += tree.Value(values.AsSpan(i * width, width));
    }

    private int[] Some()
    {
        if (settings.Features >= 1)
            return _all;
        int[] some = [.. _all];
        random.Shuffle(some);
        return some[..Math.Max(1, (int)(settings.Features * some.Length))];
    }
}

/// <summary>A grown tree.</summary>
/// <param name="Nodes">The first is the root.</param>
/// <param name="Leaves">The value that each leaf adds to the score.</param>
internal sealed record RegressionTree(IReadOnlyList<RegressionTree.Node> Nodes, IReadOnlyList<double> Leaves)
{
    /// <summary>A split; children below zero are leaves: ~child is the leaf's number.</summary>
    internal readonly record struct Node(int Feature, float Threshold, int Left, int Right);

    /// <summary>The tree's value for features [F].</summary>
    public double Value(ReadOnlySpan<float> features)
    {
        var at = 0;
        while (at >= 0)
        {
            var node = Nodes[at];
            at = features[node.Feature] <= node.Threshold ? node.Left : node.Right;
        }
        return Leaves[~at];
    }
}
