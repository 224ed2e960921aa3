using CsCheck;
using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class AucTests
{
    [Fact]
    public void It_is_the_share_of_pairs_that_are_ranked_rightly_where_ties_count_half() =>
        Gen.Select(Gen.Int[0, 6], Gen.Bool)
            .Array[4, 40]
            .Where(images => images.Any(image => image.Item2) && images.Any(image => !image.Item2))
            .Sample(
                images =>
                {
                    var pairs =
                        from positive in images
                        where positive.Item2
                        from negative in images
                        where !negative.Item2
                        select Math.Sign(positive.Item1 - negative.Item1) / 2.0 + 0.5;
                    var auc = Auc.Of(
                        Scores([.. images.Select(image => image.Item1 / 6.0)]),
                        [.. images.Select(image => image.Item2 ? 1 : 0)],
                        new Sampling(0.95)
                    );
                    Assert.Equal(pairs.Average(), auc.Value, 9);
                    Assert.InRange(auc.Value, auc.Low, auc.High);
                    Assert.InRange(auc.Low, 0, 1);
                    Assert.InRange(auc.High, 0, 1);
                },
                iter: 200
            );

    [Fact]
    public void The_interval_never_leaves_zero_to_one_even_for_a_perfect_ranking()
    {
        var auc = Auc.Of(Scores([0.1, 0.2, 0.8, 0.9]), [0, 0, 1, 1], new Sampling(0.95));
        Assert.Equal((1, 1), (auc.Value, auc.High));
        Assert.InRange(auc.Low, 0.1, 0.95);
    }

    [Fact]
    public void The_interval_holds_the_truth_about_as_often_as_it_says()
    {
        // Two normal distributions one deviation apart: the area is Φ(1 / √2).
        var truth = MathNet.Numerics.Distributions.Normal.CDF(0, 1, 1 / Math.Sqrt(2));
        var random = new Random(4);
        const int Redraws = 2000;
        var held = Enumerable
            .Range(0, Redraws)
            .Count(_ =>
            {
                int[] z = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? 1 : 0)];
                var auc = Auc.Of(Scores([.. z.Select(label => 1 / (1 + Math.Exp(-(Gaussian(random) + label))))]), z, new Sampling(0.95));
                return auc.Low <= truth && truth <= auc.High;
            });
        Assert.InRange((double)held / Redraws, 0.94, 0.96);
    }

    // p(1) and p(0) = 1 - p(1).
    private static double[,] Scores(double[] positive)
    {
        var scores = new double[positive.Length, 2];
        for (var i = 0; i < positive.Length; i++)
        {
            var p = Math.Clamp(positive[i], 1e-9, 1 - 1e-9);
            (scores[i, 0], scores[i, 1]) = (Math.Log(1 - p), Math.Log(p));
        }
        return scores;
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
