using CsCheck;
using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class BootstrapTests
{
    [Fact]
    public void Balanced_accuracy_gives_a_rare_class_its_full_weight()
    {
        bool[] right = [true, true, true, false, true, false];
        int[] classes = [0, 0, 0, 0, 1, 1];
        Assert.Equal((0.75 + 0.5) / 2, Bootstrap.BalancedAccuracy(right, classes, 2, new Sampling(0.95)).Value);
    }

    [Fact]
    public void A_reader_differs_from_itself_by_nothing()
    {
        var (right, _, classes) = Draw(300, 0.6, 0.6, new Random(3));
        var difference = Bootstrap.BalancedDifference(right, right, classes, 2, new Sampling(0.95));
        Assert.Equal(0, difference.Value);
        // In 300 images nothing differed; in 3,000 something may.
        Assert.InRange(difference.High, 0.001, 0.02);
        Assert.InRange(difference.Low, -0.02, -0.001);
    }

    [Theory]
    [InlineData(0.999)]
    [InlineData(0.9995)]
    [InlineData(0.9999999)]
    public void Two_images_of_a_class_that_differ_at_a_high_confidence_have_an_interval(double confidence)
    {
        // Whose quantile of Student's t lies in the thousands: an audit of three attributes at once ended there.
        bool[] right = [true, false, .. Enumerable.Repeat(true, 50)],
            other = [false, false, .. Enumerable.Repeat(true, 50)];
        int[] classes = [0, 0, .. Enumerable.Repeat(1, 50)];
        var measured = Bootstrap.BalancedDifference(right, other, classes, 2, new Sampling(confidence));
        var usual = Bootstrap.BalancedDifference(right, other, classes, 2, new Sampling(0.95));
        Assert.Equal(0.25, measured.Value);
        Assert.InRange(measured.Low, -1, usual.Low);
        Assert.InRange(measured.High, usual.High, 1);
    }

    [Fact]
    public void The_interval_is_about_as_wide_as_the_normal_one()
    {
        var (right, _, classes) = Draw(2000, 0.7, 0.5, new Random(5));
        var measured = Bootstrap.BalancedAccuracy(right, classes, 2, new Sampling(0.95));
        Assert.InRange(measured.High - measured.Low, 0.9 * 2 * 1.96 * Math.Sqrt(0.21 / 2000), 1.1 * 2 * 1.96 * Math.Sqrt(0.21 / 2000));
    }

    [Fact]
    public void The_interval_holds_the_truth_about_as_often_as_it_says()
    {
        var random = new Random(7);
        var held = Enumerable
            .Range(0, 200)
            .Count(_ =>
            {
                var (right, other, classes) = Draw(150, 0.7, 0.6, random);
                var difference = Bootstrap.BalancedDifference(right, other, classes, 2, new Sampling(0.9));
                return difference.Low <= 0.1 && 0.1 <= difference.High;
            });
        Assert.InRange(held, 165, 195);
    }

    [Fact]
    public void It_holds_for_a_class_that_is_rare_too()
    {
        var random = new Random(8);
        var held = Enumerable
            .Range(0, 300)
            .Count(_ =>
            {
                var classes = Enumerable.Range(0, 200).Select(i => i % 5 == 0 ? 1 : 0).ToArray();
                var right = classes.Select(z => random.NextDouble() < (z == 0 ? 0.8 : 0.4)).ToArray();
                var measured = Bootstrap.BalancedAccuracy(right, classes, 2, new Sampling(0.95));
                return measured.Low <= 0.6 && 0.6 <= measured.High;
            });
        Assert.InRange(held, 273, 297);
    }

    [Fact]
    public void The_interval_holds_the_value_and_a_swap_of_the_readers_turns_it_round() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 2])
            .Array[20, 60]
            .Sample(
                images =>
                {
                    var (right, other, classes) = (
                        images.Select(image => image.Item1).ToArray(),
                        images.Select(image => image.Item2).ToArray(),
                        images.Select(image => image.Item3).ToArray()
                    );
                    foreach (
                        var measured in new[]
                        {
                            Bootstrap.BalancedAccuracy(right, classes, 3, new Sampling(0.95)),
                            Bootstrap.BalancedDifference(right, other, classes, 3, new Sampling(0.95)),
                        }
                    )
                    {
                        Assert.InRange(measured.Value, measured.Low, measured.High);
                        Assert.Equal(images.Length, measured.N);
                    }
                    var (there, back) = (
                        Bootstrap.BalancedDifference(right, other, classes, 3, new Sampling(0.95)),
                        Bootstrap.BalancedDifference(other, right, classes, 3, new Sampling(0.95))
                    );
                    Assert.Equal(there.Value, -back.Value, 12);
                    Assert.Equal(there.Low, -back.High, 0.1);
                },
                iter: 30
            );

    [Fact]
    public void A_paired_difference_is_plain_where_the_two_intervals_overlap()
    {
        // The second reader errs where the first does, and on a few more images: paired, that is plain; unpaired, it is not.
        var (right, _, classes) = Draw(600, 0.7, 0.5, new Random(9));
        var other = right.Select((r, i) => r && i % 20 != 0).ToArray();
        var (first, second) = (
            Bootstrap.BalancedAccuracy(right, classes, 2, new Sampling(0.95)),
            Bootstrap.BalancedAccuracy(other, classes, 2, new Sampling(0.95))
        );
        Assert.True(second.High > first.Low);
        Assert.InRange(Bootstrap.BalancedDifference(right, other, classes, 2, new Sampling(0.95)).Low, 0.001, 1);
    }

    [Fact]
    public void A_class_that_no_image_has_does_not_count() =>
        Assert.Equal(0.75, Bootstrap.BalancedAccuracy([true, true, true, false], [0, 0, 2, 2], 4, new Sampling(0.95)).Value);

    private static (bool[] Right, bool[] Other, int[] Classes) Draw(int n, double first, double second, Random random) =>
        (
            [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() < first)],
            [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() < second)],
            [.. Enumerable.Range(0, n).Select(i => i % 2)]
        );
}
