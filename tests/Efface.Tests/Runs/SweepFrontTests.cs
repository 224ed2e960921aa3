using CsCheck;
using Efface.Auditing;
using Efface.Runs.Experiments;
using Efface.Runs.Sweeps;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class SweepFrontTests
{
    [Fact]
    public void A_point_that_another_beats_in_everything_is_not_on_the_front()
    {
        SweepPoint good = Point(0.9, 0.01, 0.6),
            worse = Point(0.89, 0.02, 0.6),
            other = Point(0.95, 0.08, 0.5);

        Assert.Equal([good, other], SweepFront.Of([good, worse, other]));
    }

    [Fact]
    public void The_knee_is_neither_of_the_ends_where_a_point_between_gives_up_little_of_both()
    {
        SweepPoint faithful = Point(0.95, 0.2, 0.5),
            knee = Point(0.94, 0.02, 0.5),
            silent = Point(0.7, 0, 0.5);

        Assert.Equal(knee, SweepFront.Knee([faithful, knee, silent]));
    }

    [Fact]
    public void What_was_not_measured_of_every_point_does_not_count()
    {
        SweepPoint coded = Point(0.9, 0.05, 0.6, 0.01),
            vector = Point(0.9, 0.04, 0.6);

        Assert.Equal([vector], SweepFront.Of([coded, vector]));
    }

    [Fact]
    public void No_point_of_a_front_is_beaten_and_every_other_is() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1])
            .List[1, 12]
            .Sample(goods =>
            {
                SweepPoint[] points = [.. goods.Select(good => Point(good.Item1, good.Item2, good.Item3))];
                var front = SweepFront.Of(points);
                Assert.NotEmpty(front);
                Assert.Contains(SweepFront.Knee(front), front);
                foreach (var point in points)
                    Assert.Equal(!points.Any(other => Beats(other, point)), front.Contains(point));
            });

    private static bool Beats(SweepPoint one, SweepPoint other)
    {
        var (a, b) = (one.Row, other.Row);
        return a.Fidelity.Value >= b.Fidelity.Value
            && a.Leak.Value <= b.Leak.Value
            && a.Kept >= b.Kept
            && (a.Fidelity.Value > b.Fidelity.Value || a.Leak.Value < b.Leak.Value || a.Kept > b.Kept);
    }

    private static SweepPoint Point(double fidelity, double leak, double kept, double? certified = null) =>
        new([], Rows.Of(fidelity, leak, kept, certified));
}

/// <summary>Rows of methods that nobody measured.</summary>
internal static class Rows
{
    public static MethodRow Of(double fidelity, double leak, double? kept = null, double? certified = null, string method = "strict") =>
        new()
        {
            Method = method,
            Model = "resnet18",
            Data = "cifar10",
            Task = "living",
            Attribute = "class",
            Read = "class",
            Seeds = 1,
            Fidelity = Certain(fidelity),
            Attack = Certain(0.2),
            Majority = 0.1,
            LabelOnly = 0.2,
            PredictionOnly = 0.19,
            Aum = 0.86,
            Leak = Certain(leak),
            Verdict = Verdict.Inconclusive,
            Certified = certified,
            Kept = kept,
            KeptByPrediction = 0.5,
            DrawingError = 0.6,
            Seconds = 12,
            Epochs = 3,
            TrainingImages = 1000,
            TestImages = 500,
        };

    private static Measured Certain(double value) => new(value, value, value, 500);
}
