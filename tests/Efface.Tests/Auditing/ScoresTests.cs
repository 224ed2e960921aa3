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
        var scores = readings.Score(0.95);
        Assert.Equal(0.9, scores.Accuracy.Value, 12);
        Assert.Equal(0.5, scores.BalancedAccuracy.Value, 12);
        Assert.Equal(scores.BalancedAccuracy.Value, readings.BalancedAccuracy(), 12);
    }

    [Fact]
    public void The_prior_alone_tells_no_bits()
        => Assert.Equal(0, new Readings(new double[4, 2], [0.75, 0.25], [0, 0, 0, 1]).Score(0.95).Bits.Value, 9);

    [Fact]
    public void A_sure_and_right_reader_tells_the_whole_entropy()
    {
        var readings = Sure([0, 1, 2, 3, 0, 1, 2, 3], 4);
        var scores = readings.Score(0.95);
        Assert.Equal(2, scores.Bits.Value, 6);
        Assert.Equal(1, scores.Auc.Value, 12);
        Assert.Equal(1, scores.Accuracy.Value);
    }

    [Fact]
    public void Bits_of_an_attacker_who_knows_the_task_are_what_is_left_beyond_it()
    {
        // z is 0 or 1 under y = 0, and 2 or 3 under y = 1: one of its two bits is the task's.
        int[] z = [0, 1, 2, 3], y = [0, 0, 1, 1];
        Assert.Equal(1, Sure(z, 4).Score(0.95, y).Bits.Value, 6);
    }

    [Fact]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_the_right_order()
        => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 1]).Array[4, 30].Sample(images =>
        {
            var (values, truth) = (images.Select(image => image.Item1).ToArray(), images.Select(image => image.Item2).ToArray());
            if (truth.Distinct().Count() < 2) return;
            var log = new double[values.Length, 2];
            for (var i = 0; i < values.Length; i++) log[i, 1] = values[i];
            var pairs = from i in Enumerable.Range(0, truth.Length)
                        where truth[i] == 1
                        from j in Enumerable.Range(0, truth.Length)
                        where truth[j] == 0
                        select values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
            Assert.Equal(pairs.Average(), new Readings(log, [0.5, 0.5], truth).Score(0.95).Auc.Value, 9);
        }, iter: 50);

    [Theory]
    // Rows of Guo et al., table 1: attack accuracy, fidelity, AUM.
    [InlineData(0.1352, 0.7950, 0.8284)]
    [InlineData(0.1095, 0.9351, 0.9123)]
    [InlineData(0.2668, 0.9610, 0.8318)]
    [InlineData(0.5142, 0.7830, 0.5994)]
    public void The_attribute_unlearning_metric_is_the_papers(double attack, double fidelity, double metric)
        => Assert.Equal(metric, AuditResult.AttributeUnlearningMetric(attack, fidelity), 0.0005);

    private static Readings Sure(int[] truth, int classes)
    {
        var log = new double[truth.Length, classes];
        for (var i = 0; i < truth.Length; i++)
            for (var k = 0; k < classes; k++) log[i, k] = k == truth[i] ? 0 : -40;
        return new Readings(log, [.. Enumerable.Repeat(1.0 / classes, classes)], truth);
    }
}
