using CsCheck;
using Efface.Models.Balance;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Models.Balance;

public sealed class SparsemaxTests
{
    [Fact]
    public void Shares_are_the_point_of_the_simplex_that_is_nearest_to_the_logits() =>
        Gen.Double[-3, 3]
            .Array[1, 6]
            .Sample(
                logits =>
                {
                    var shares = Of(logits);
                    Assert.Equal(1, shares.Sum(), 5);
                    Assert.All(Projected(logits).Zip(shares), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
                },
                iter: 300
            );

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void The_likeliest_class_has_it_all_exactly_where_the_others_are_one_or_more_below(int first)
    {
        var logits = new double[4];
        logits[first] = 1.001;
        Assert.Equal(Enumerable.Range(0, 4).Select(k => k == first ? 1f : 0f), Of(logits).Select(share => (float)share));
        logits[first] = 0.999;
        Assert.NotEqual(1f, (float)Of(logits)[first]);
    }

    [Fact]
    public void Between_two_classes_shares_change_linearly()
    {
        foreach (var apart in new[] { -1, -0.5, 0, 0.25, 1 })
            Assert.Equal((1 + apart) / 2, Of([apart, 0])[0], 6);
    }

    [Fact]
    public void Each_row_is_by_itself_and_a_common_shift_changes_nothing()
    {
        using var scope = torch.NewDisposeScope();
        var logits = torch.tensor([0.3f, 0.1f, -0.2f, 5, 4.5f, -9], [2, 3]);
        var shares = Sparsemax.Of(logits);
        Assert.True(Sparsemax.Of(logits[1..]).equal(shares[1..]).all().item<bool>());
        Assert.True(Sparsemax.Of(logits + 7).allclose(shares, atol: 1e-5));
    }

    private static double[] Of(double[] logits)
    {
        using var scope = torch.NewDisposeScope();
        using var data = Sparsemax.Of(torch.tensor([.. logits.Select(logit => (float)logit)], [1, logits.Length])).data<float>();
        return [.. data.Select(share => (double)share)];
    }

    // By bisection: the sum of what is above a threshold falls as the threshold rises.
    private static double[] Projected(double[] logits)
    {
        var (low, high) = (logits.Min() - 1, logits.Max());
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (logits.Sum(logit => Math.Max(0, logit - middle)) > 1)
                low = middle;
            else
                high = middle;
        }
        return [.. logits.Select(logit => Math.Max(0, logit - low))];
    }
}
