using CsCheck;
using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class MeasuredTests
{
    // Newcombe (1998), table I, method 3; the last two are in every textbook.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    public void Wilsons_interval_is_the_published_one(int successes, int n, double low, double high)
    {
        var share = Measured.Share(successes, n, 0.95);
        Assert.Equal((double)successes / n, share.Value);
        Assert.Equal(low, share.Low, 4);
        Assert.Equal(high, share.High, 4);
    }

    [Fact]
    public void A_share_of_nothing_can_be_anything() =>
        Assert.Equal((0, 1, 0), (Measured.Share(0, 0, 0.95).Low, Measured.Share(0, 0, 0.95).High, Measured.Share(0, 0, 0.95).N));

    [Fact]
    public void A_means_interval_is_two_standard_errors_wide_on_each_side()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (double)(i % 2))];
        var mean = Measured.Mean(values, new Sampling(0.95));
        Assert.Equal(0.5, mean.Value);
        Assert.Equal(1.96 * 0.5 / 20, mean.High - mean.Value, 3);
    }

    [Fact]
    public void More_confidence_is_a_wider_interval() => Assert.True(Measured.Share(30, 100, 0.99).Low < Measured.Share(30, 100, 0.9).Low);

    [Fact]
    public void An_interval_lies_within_its_range_around_its_share_and_mirrors_that_of_the_failures() =>
        Gen.Select(Gen.Int[1, 500], Gen.Double[0, 1], Gen.Double[0.5, 0.999])
            .Sample(
                (n, part, confidence) =>
                {
                    var successes = (int)(part * (n + 1));
                    var (share, failures) = (
                        Measured.Share(Math.Min(successes, n), n, confidence),
                        Measured.Share(n - Math.Min(successes, n), n, confidence)
                    );
                    Assert.InRange(share.Low, 0, share.Value + 1e-12);
                    Assert.InRange(share.High, share.Value - 1e-12, 1);
                    Assert.Equal(1 - share.High, failures.Low, 9);
                    Assert.Equal(1 - share.Low, failures.High, 9);
                },
                iter: 200
            );

    [Theory]
    [InlineData(0.5, 40)]
    [InlineData(0.9, 100)]
    [InlineData(0.03, 200)]
    public void Wilsons_interval_holds_the_truth_about_as_often_as_it_says(double truth, int n)
    {
        var random = new Random(1);
        var held = Enumerable
            .Range(0, 4000)
            .Count(_ =>
            {
                var share = Measured.Share(Enumerable.Range(0, n).Count(_ => random.NextDouble() < truth), n, 0.95);
                return share.Low <= truth && truth <= share.High;
            });
        Assert.InRange(held / 4000.0, 0.92, 0.98);
    }

    [Fact]
    public void A_means_interval_holds_the_truth_about_as_often_as_it_says()
    {
        var random = new Random(2);
        var held = Enumerable
            .Range(0, 2000)
            .Count(_ =>
            {
                var mean = Measured.Mean(Enumerable.Range(0, 60).Select(_ => random.NextDouble()).ToArray(), new Sampling(0.95));
                return mean.Low <= 0.5 && 0.5 <= mean.High;
            });
        Assert.InRange(held / 2000.0, 0.92, 0.97);
    }

    // The sum of 1/147 missed 1, and the interval of "all of them" began at 21 %.
    [Theory]
    [InlineData(49)]
    [InlineData(147)]
    [InlineData(1000)]
    public void Of_groups_that_are_all_right_the_interval_is_that_of_so_many_groups(int n)
    {
        bool[] right = [.. Enumerable.Repeat(true, n)];
        var share = Measured.Share(right, new Sampling(0.95, [.. Enumerable.Range(0, n).Select(i => i / 2)]));
        Assert.Equal(1, share.Value);
        Assert.Equal(Measured.Share((n + 1) / 2, (n + 1) / 2, 0.95).Low, share.Low, 12);
    }
}
