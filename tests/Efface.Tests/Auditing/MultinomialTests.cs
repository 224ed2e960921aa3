using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class MultinomialTests
{
    [Theory]
    [InlineData(12, 0.1, 0.2, 0.7)]
    [InlineData(500, 0.003, 0.497, 0.5)]
    [InlineData(20_000, 0.3, 0.3, 0.4)]
    [InlineData(1_000_000, 0.00001, 0.9, 0.09999)]
    public void Counts_have_the_mean_and_the_covariance_of_the_distribution(int trials, double first, double second, double third)
    {
        double[] shares = [first, second, third];
        const int Draws = 20_000;
        var counts = Drawn(trials, shares, Draws);
        for (var a = 0; a < 3; a++)
        {
            var mean = counts.Average(count => count[a]);
            var deviation = Math.Sqrt(trials * shares[a] * (1 - shares[a]));
            Assert.InRange((mean - trials * shares[a]) / deviation * Math.Sqrt(Draws), -4.5, 4.5);
            for (var b = 0; b < 3; b++)
            {
                var expected = trials * shares[a] * ((a == b ? 1 : 0) - shares[b]);
                var covariance = counts.Average(count => (count[a] - trials * shares[a]) * (count[b] - trials * shares[b]));
                Assert.InRange(
                    covariance - expected,
                    -0.06 * deviation * Math.Sqrt(trials * shares[b] * (1 - shares[b])) - 1e-9,
                    0.06 * deviation * Math.Sqrt(trials * shares[b] * (1 - shares[b])) + 1e-9
                );
            }
        }
    }

    [Theory]
    [InlineData(8, 0.3)]
    [InlineData(60, 0.35)]
    [InlineData(60, 0.8)]
    public void A_count_is_as_frequent_as_the_binomial_distribution_says(int trials, double share)
    {
        const int Draws = 50_000;
        var seen = Drawn(trials, [share, 1 - share], Draws).CountBy(count => count[0]).ToDictionary();
        // Pearson's statistic over the counts that are expected often enough, against its 99.99% quantile.
        var cells = Enumerable
            .Range(0, trials + 1)
            .Select(k => (k, Expected: Draws * MathNet.Numerics.Distributions.Binomial.PMF(share, trials, k)))
            .Where(cell => cell.Expected > 10)
            .ToArray();
        var statistic = cells.Sum(cell => Math.Pow(seen.GetValueOrDefault(cell.k) - cell.Expected, 2) / cell.Expected);
        Assert.InRange(statistic, 0, MathNet.Numerics.Distributions.ChiSquared.InvCDF(cells.Length, 0.9999));
    }

    [Fact]
    public void Every_trial_is_counted_once_and_what_cannot_happen_does_not() => Assert.All(Drawn(77, [0, 0.25, 0, 0.75], 200), count =>
        {
            Assert.Equal(77, count.Sum());
            Assert.Equal((0, 0), (count[0], count[2]));
        });

    private static int[][] Drawn(int trials, double[] shares, int draws)
    {
        var multinomial = new Multinomial(shares, new Random(3));
        return
        [
            .. Enumerable
                .Range(0, draws)
                .Select(_ =>
                {
                    var counts = new int[shares.Length];
                    multinomial.Draw(trials, counts);
                    return counts;
                }),
        ];
    }
}
