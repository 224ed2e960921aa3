using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class ChiSquareBoundTests
{
    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(2, 0.45)]
    [InlineData(7, 0.1)]
    [InlineData(60, 0.01)]
    [InlineData(60, 0.4)]
    public void The_sum_of_signs_seldom_stays_smaller_than_the_lemma_says(int n, double t)
    {
        var (noise, drift) = SymbolTerms.Fallen(n, t);
        foreach (var mean in new[] { 0, 0.05, 0.3, 0.7, 1 })
        {
            // Slow reference: the sum over the binomial.
            var expected = Enumerable
                .Range(0, n + 1)
                .Sum(k => MathNet.Numerics.Distributions.Binomial.PMF((1 + mean) / 2, n, k) * Math.Exp(-t * Math.Pow(2 * k - n, 2)));
            Assert.True(Math.Log(expected) <= -noise - drift * mean * mean + 1e-12);
        }
    }

    [Fact]
    public void The_term_of_a_symbol_is_no_smaller_than_at_any_mean_of_its_signs()
    {
        foreach (var n in new[] { 1, 2, 5, 40, 700 })
        foreach (var rate in new[] { 0.01, 0.1, 0.5, 0.95 })
        {
            var (t, constant) = new SymbolTerms(n).At(rate);
            var (noise, drift) = t == 0 ? (0, 0) : SymbolTerms.Fallen(n, t);
            for (var r = 0.0; r <= 1; r += 0.001)
                Assert.True(constant >= -n * Math.Log(1 - rate * r) - drift * r * r - noise - 1e-9);
        }
    }

    // Measured: 5.8, 10.3 and 6.1 points, means of 100 samples at δ/2 = .025; a normal approximation would promise 4.7, 7.6 and 5.0.
    [Theory]
    [InlineData(2000, 16, 0.06)]
    [InlineData(2000, 256, 0.11)]
    [InlineData(10_000, 1024, 0.065)]
    public void Where_nothing_is_told_many_symbols_cost_little(int images, int symbols, double most)
    {
        var random = new Random(1);
        int[] z = [.. Enumerable.Range(0, images).Select(i => i % 2)];
        var bound = new ChiSquareBound(symbols, new int[images], z, [images / 2, images / 2], 0.025);
        var mean = Enumerable.Range(0, 100).Average(_ => bound.Leak([.. z.Select(_ => random.Next(symbols))]));
        Assert.InRange(mean, 0.02, most);
    }

    [Fact]
    public void A_symbol_that_is_z_is_bounded_by_all_that_there_is_to_tell()
    {
        int[] z = [.. Enumerable.Range(0, 4000).Select(i => i % 2)];
        Assert.Equal(0.5, new ChiSquareBound(2, new int[z.Length], z, [2000, 2000], 0.025).Leak(z), 1e-12);
    }

    [Fact]
    public void Classes_of_a_few_images_leave_nothing_to_say()
    {
        int[] z = [.. Enumerable.Range(0, 2000).Select(i => i % 400)];
        Assert.False(new ChiSquareBound(16, new int[z.Length], z, [.. Enumerable.Repeat(5.0, 400)], 0.025).Speaks);
    }

    // Classes of one image each are alike in all that the bound keeps of them, and were counted once.
    [Fact]
    public void Each_class_without_images_enough_counts_as_told()
    {
        const int Singles = 10,
            Large = 1000;
        int[] z = [.. Enumerable.Range(0, 2 * Large).Select(i => i % 2), .. Enumerable.Range(2, Singles)];
        int[] symbols = [.. z.Select(label => label < 2 ? 0 : label - 1)];
        var bound = new ChiSquareBound(Singles + 1, new int[z.Length], z, [Large, Large, .. Enumerable.Repeat(1.0, Singles)], 0.025);
        Assert.True(bound.Leak(symbols) >= Singles / (Singles + 2.0));
    }
}
