using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class MeasuredTests
{
    // Newcombe (1998), table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilsons_interval_is_the_published_one(int successes, int n, double low, double high)
    {
        var share = Measured.Share(successes, n, 0.95);
        Assert.Equal((double)successes / n, share.Value);
        Assert.Equal(low, share.Low, 4);
        Assert.Equal(high, share.High, 4);
    }

    [Fact]
    public void A_share_of_nothing_can_be_anything()
        => Assert.Equal((0, 1, 0), (Measured.Share(0, 0, 0.95).Low, Measured.Share(0, 0, 0.95).High, Measured.Share(0, 0, 0.95).N));

    [Fact]
    public void A_means_interval_is_two_standard_errors_wide_on_each_side()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (double)(i % 2))];
        var mean = Measured.Mean(values, 0.95);
        Assert.Equal(0.5, mean.Value);
        Assert.Equal(1.96 * 0.5 / 20, mean.High - mean.Value, 3);
    }

    [Fact]
    public void More_confidence_is_a_wider_interval()
        => Assert.True(Measured.Share(30, 100, 0.99).Low < Measured.Share(30, 100, 0.9).Low);
}
