using Efface.Auditing;
using MathNet.Numerics.Distributions;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class BernoulliSumTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(3, 10)]
    [InlineData(8, 10)]
    [InlineData(550, 1000)]
    public void At_the_bound_a_binomial_falls_so_low_with_the_stated_chance(int ones, int n) =>
        Assert.Equal(0.05, Binomial.CDF(BernoulliSum.Share(ones, n, 0.05), n, ones), 1e-6);

    // All means may be one but a single one, which the binomial with the same total does not cover.
    [Fact]
    public void One_miss_bounds_nothing() => Assert.Equal((1, 1), (BernoulliSum.Share(9, 10, 0.05), BernoulliSum.Share(10, 10, 0.05)));

    [Theory]
    [InlineData(0.5, 1000, 0.05)]
    [InlineData(0.03, 2000, 0.025)]
    [InlineData(0.97, 500, 0.001)]
    public void Terms_of_one_weight_give_the_bound_of_relative_entropy(double seen, int n, double delta)
    {
        var bound = BernoulliSum.Mean(seen, [(1.0 / n, n)], delta);
        Assert.Equal(Math.Log(1 / delta) / n, seen * Math.Log(seen / bound) + (1 - seen) * Math.Log((1 - seen) / (1 - bound)), 1e-7);
    }

    // Searched: over means of two weights, and over the exponent.
    [Fact]
    public void No_means_have_a_larger_moment_generating_function_than_the_one_that_bounds()
    {
        (double Weight, int Count)[] weights = [(0.5 / 10, 10), (0.5 / 90, 90)];
        var (seen, delta, searched) = (0.4, 0.05, 0.0);
        for (var heavy = 0.0; heavy <= 1; heavy += 0.01)
        for (var light = 0.0; light <= 1; light += 0.01)
        {
            var total = (heavy + light) / 2;
            if (total <= seen)
                continue;
            var smallest = Enumerable
                .Range(1, 400)
                .Select(k => k * 0.25)
                .Min(t =>
                    t * seen + 10 * Math.Log(1 - heavy * (1 - Math.Exp(-t / 20))) + 90 * Math.Log(1 - light * (1 - Math.Exp(-t / 180)))
                );
            if (smallest >= Math.Log(delta))
                searched = Math.Max(searched, total);
        }
        Assert.InRange(BernoulliSum.Mean(seen, weights, delta), searched - 1e-9, searched + 0.01);
    }
}
