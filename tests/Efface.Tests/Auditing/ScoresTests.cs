using CsCheck;
using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class ScoresTests
{
    [Fact]
    public void Accuracy_favours_frequent_classes_and_balanced_accuracy_does_not()
    {
        // A reader who sees nothing, where nine of ten images are of class 0.
        var readings = new Readings(new double[10, 2], [0.9, 0.1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        var scores = readings.Score(new Sampling(0.95));
        Assert.Equal(0.9, scores.Accuracy.Value, 12);
        Assert.Equal(0.5, scores.BalancedAccuracy.Value, 12);
        Assert.Equal(scores.BalancedAccuracy.Value, readings.BalancedAccuracy(), 12);
    }

    [Fact]
    public void Decisions_are_made_among_the_classes_that_occur()
    {
        // Two of four classes are in test; who knows nothing is right for one of the two, not for one of four, and not for none.
        var readings = new Readings(new double[4, 4], [0.25, 0.25, 0.25, 0.25], [1, 3, 3, 1]);
        Assert.Equal(0.5, readings.BalancedAccuracy(), 12);
        Assert.Equal([1, 1, 1, 1], readings.Decisions());
        Assert.Equal(2, readings.Confusion().Sum(row => row[1] - row[0] - row[2] - row[3]) / 2);
    }

    [Fact]
    public void Log_loss_weighs_classes_equally()
    {
        var log = new double[4, 2];
        for (var i = 0; i < 4; i++)
            (log[i, 0], log[i, 1]) = (Math.Log(0.9), Math.Log(0.1));
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.1)) / 2, new Readings(log, [0.75, 0.25], [0, 0, 0, 1]).LogLoss(), 12);
    }

    [Fact]
    public void The_prior_alone_tells_no_bits() =>
        Assert.Equal(0, new Readings(new double[4, 2], [0.75, 0.25], [0, 0, 0, 1]).Score(new Sampling(0.95)).Bits.Value, 9);

    [Fact]
    public void A_sure_and_right_reader_tells_the_whole_entropy()
    {
        var readings = Sure([0, 1, 2, 3, 0, 1, 2, 3], 4);
        var scores = readings.Score(new Sampling(0.95));
        Assert.Equal(2, scores.Bits.Value, 6);
        Assert.Equal(1, scores.Auc.Value, 12);
        Assert.Equal(1, scores.Accuracy.Value);
    }

    [Fact]
    public void Bits_of_an_attacker_who_knows_the_task_are_what_is_left_beyond_it()
    {
        // z is 0 or 1 under y = 0, and 2 or 3 under y = 1: one of its two bits is the task's.
        int[] z = [0, 1, 2, 3],
            y = [0, 0, 1, 1];
        Assert.Equal(1, Sure(z, 4).Score(new Sampling(0.95), y).Bits.Value, 6);
    }

    [Fact]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_the_right_order() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 1])
            .Array[4, 30]
            .Sample(
                images =>
                {
                    var (values, truth) = (images.Select(image => image.Item1).ToArray(), images.Select(image => image.Item2).ToArray());
                    if (truth.Distinct().Count() < 2)
                        return;
                    var log = new double[values.Length, 2];
                    for (var i = 0; i < values.Length; i++)
                        log[i, 1] = values[i];
                    var pairs =
                        from i in Enumerable.Range(0, truth.Length)
                        where truth[i] == 1
                        from j in Enumerable.Range(0, truth.Length)
                        where truth[j] == 0
                        select values[i] > values[j] ? 1
                        : values[i] == values[j] ? 0.5
                        : 0;
                    Assert.Equal(pairs.Average(), new Readings(log, [0.5, 0.5], truth).Score(new Sampling(0.95)).Auc.Value, 9);
                },
                iter: 50
            );

    [Fact]
    public void A_reader_who_says_the_same_of_every_image_has_half_the_area()
    {
        int[] truth = [.. Enumerable.Range(0, 60).Select(i => i % 7 % 3)];
        var log = new double[60, 3];
        for (var i = 0; i < 60; i++)
            (log[i, 0], log[i, 1], log[i, 2]) = (Math.Log(0.7), Math.Log(0.2), Math.Log(0.1));
        Assert.Equal(0.5, new Readings(log, [0.2, 0.3, 0.5], truth).Score(new Sampling(0.95)).Auc.Value, 12);
    }

    [Fact]
    public void The_area_of_several_classes_is_the_mean_of_each_against_the_rest() =>
        Opinions(3)
            .Sample(
                readings =>
                {
                    double Odds(int i, int k) => Math.Exp(readings.Balanced[i, k]) / (1 - Math.Exp(readings.Balanced[i, k]));
                    var areas =
                        from k in Enumerable.Range(0, 3)
                        where readings.Truth.Contains(k) && readings.Truth.Any(z => z != k)
                        select (
                            from i in Enumerable.Range(0, readings.Truth.Length)
                            where readings.Truth[i] == k
                            from j in Enumerable.Range(0, readings.Truth.Length)
                            where readings.Truth[j] != k
                            select Odds(i, k) > Odds(j, k) ? 1.0
                            : Odds(i, k) < Odds(j, k) ? 0
                            : 0.5
                        ).Average();
                    if (readings.Truth.Distinct().Count() > 1)
                        Assert.Equal(areas.Average(), readings.Score(new Sampling(0.95)).Auc.Value, 9);
                },
                iter: 50
            );

    [Fact]
    public void No_reader_tells_more_bits_than_there_are() =>
        Opinions(4)
            .Sample(
                readings =>
                {
                    // A task that splits the images at will: z given it holds at most what z holds.
                    int[] task = [.. readings.Truth.Select((z, i) => z / 2 * 2 + i % 2)];
                    var (all, rest) = (readings.Score(new Sampling(0.95)).Bits.Value, readings.Score(new Sampling(0.95), task).Bits.Value);
                    Assert.InRange(all, double.NegativeInfinity, Entropy(readings.Truth) + 1e-9);
                    Assert.InRange(rest, double.NegativeInfinity, all + 1e-9);
                },
                iter: 100
            );

    [Fact]
    public void A_reader_with_the_wrong_prior_tells_less_than_nothing() =>
        Assert.InRange(new Readings(new double[4, 2], [0.25, 0.75], [0, 0, 0, 1]).Score(new Sampling(0.95)).Bits.Value, -10, -0.1);

    [Fact]
    public void The_prior_moves_decisions_only_where_accuracy_is_asked_for() =>
        Gen.Select(Opinions(3), Gen.Double[0.01, 0.49], Gen.Double[0.01, 0.49])
            .Sample(
                (readings, first, second) =>
                {
                    var (scores, moved) = (
                        readings.Score(new Sampling(0.95)),
                        (readings with { Prior = [first, second, 1 - first - second] }).Score(new Sampling(0.95))
                    );
                    Assert.Equal(scores.BalancedAccuracy, moved.BalancedAccuracy);
                    Assert.Equal(scores.Auc, moved.Auc);
                    var hits = readings.Truth.Where(
                        (z, i) =>
                            readings
                                .Truth.Distinct()
                                .Order()
                                .MaxBy(k => Math.Exp(readings.Balanced[i, k]) * new[] { first, second, 1 - first - second }[k]) == z
                    );
                    Assert.Equal((double)hits.Count() / readings.Truth.Length, moved.Accuracy.Value, 12);
                },
                iter: 50
            );

    // Random opinions of random images; each row is a distribution.
    private static Gen<Readings> Opinions(int classes) =>
        Gen.Select(Gen.Int[0, classes - 1], Gen.Int[-400_000, 400_000].Select(value => value / 1e5).Array[classes])
            .Array[5, 40]
            .Select(images =>
            {
                var log = new double[images.Length, classes];
                for (var i = 0; i < images.Length; i++)
                for (var k = 0; k < classes; k++)
                    log[i, k] = images[i].Item2[k] - Math.Log(images[i].Item2.Sum(Math.Exp));
                return new Readings(log, [.. Enumerable.Repeat(1.0 / classes, classes)], [.. images.Select(image => image.Item1)]);
            });

    private static double Entropy(int[] labels) =>
        -labels.GroupBy(z => z).Sum(group => (double)group.Count() / labels.Length * Math.Log2((double)group.Count() / labels.Length));

    private static Readings Sure(int[] truth, int classes)
    {
        var log = new double[truth.Length, classes];
        for (var i = 0; i < truth.Length; i++)
        for (var k = 0; k < classes; k++)
            log[i, k] = k == truth[i] ? 0 : -40;
        return new Readings(log, [.. Enumerable.Repeat(1.0 / classes, classes)], truth);
    }
}
