using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using TorchSharp;

namespace Efface.Auditing;

/// <summary>How boosted trees are grown.</summary>
/// <param name="Trees">How many.</param>
/// <param name="Leaves">Of each.</param>
/// <param name="Features">The share of features that each tree may use, in (0, 1].</param>
internal sealed record TreeSettings(int Trees, int Leaves, double Features);

/// <summary>
/// Gradient-boosted regression trees for the log-odds of one class, grown by ML.NET's FastTree and read here: each prefix is a smaller
/// model.
/// </summary>
internal sealed class BoostedTrees
{
    private const double LearningRate = 0.1;

    // Half the time of FastTree's 255, and no less is found.
    private const int Bins = 32;
    private const int MostThreads = 2;

    private readonly Tree[] _trees;

    private BoostedTrees(Tree[] trees) => _trees = trees;

    /// <summary>How many trees there are; fewer than asked where nothing is left to split.</summary>
    public int Count => _trees.Length;

    /// <summary>Grows trees on features [N][F] towards the images that <paramref name="positive"/> names, with weights [N].</summary>
    public static BoostedTrees Grow(float[][] features, bool[] positive, float[] weights, TreeSettings settings, int seed)
    {
        var context = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features[0].Length);
        var rows = context.Data.LoadFromEnumerable(
            features.Select(
                (row, i) =>
                    new Row
                    {
                        Features = row,
                        Label = positive[i],
                        Weight = weights[i],
                    }
            ),
            schema
        );
        var model = context
            .BinaryClassification.Trainers.FastTree(
                new FastTreeBinaryTrainer.Options
                {
                    FeatureColumnName = nameof(Row.Features),
                    LabelColumnName = nameof(Row.Label),
                    ExampleWeightColumnName = nameof(Row.Weight),
                    NumberOfTrees = settings.Trees,
                    NumberOfLeaves = settings.Leaves,
                    FeatureFraction = settings.Features,
                    MinimumExampleCountPerLeaf = Math.Clamp(features.Length / 100, 1, 20),
                    LearningRate = LearningRate,
                    MaximumBinCountPerFeature = Bins,
                    // As many as torch may use here: more than two do not pay.
                    NumberOfThreads = Math.Min(MostThreads, torch.get_num_threads()),
                    Seed = seed,
                    FeatureSelectionSeed = seed,
                }
            )
            .Fit(rows);
        var ensemble = model.Model.SubModel.TrainedTreeEnsemble;
        return new BoostedTrees([.. ensemble.Trees.Zip(ensemble.TreeWeights, Tree.Of)]);
    }

    /// <summary>Adds what the trees from one number up to another say to scores [N].</summary>
    public void AddTo(double[] scores, float[][] features, Range trees)
    {
        foreach (var tree in _trees[trees])
            for (var i = 0; i < scores.Length; i++)
                scores[i] += tree.Value(features[i]);
    }

    // Children below zero are leaves: ~child is the leaf's number.
    private sealed record Tree(int[] Left, int[] Right, int[] Feature, float[] Threshold, double[] Leaves)
    {
        public static Tree Of(RegressionTree tree, double weight) =>
            new(
                [.. tree.LeftChild],
                [.. tree.RightChild],
                [.. tree.NumericalSplitFeatureIndexes],
                [.. tree.NumericalSplitThresholds],
                [.. tree.LeafValues.Select(value => value * weight)]
            );

        public double Value(float[] features)
        {
            if (Left.Length == 0)
                return Leaves.Length > 0 ? Leaves[0] : 0;
            var node = 0;
            while (node >= 0)
                node = features[Feature[node]] <= Threshold[node] ? Left[node] : Right[node];
            return Leaves[~node];
        }
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }

        public float Weight { get; set; }
    }
}
