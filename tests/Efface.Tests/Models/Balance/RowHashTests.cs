using Efface.Models.Balance;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Balance;

public sealed class RowHashTests : IDisposable
{
    private const int Rows = 4000,
        Count = 9;

    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x;

    public RowHashTests()
    {
        using var random = new Generator(4);
        _x = torch.randn([Rows, 5], generator: random);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(17, 40)]
    [InlineData(3990, 4000)]
    public void A_rows_own_numbers_decide_wherever_it_stands_and_whatever_surrounds_it(int from, int to)
    {
        // A view that begins in the middle of memory, rows in another order, and columns that lie apart in memory.
        var (all, reversed) = (Noise(_x), Noise(_x.flip(0)));
        foreach (var rows in new[] { _x[from..to], _x[from..to].clone(), _x.t().contiguous().t()[from..to] })
        {
            AssertSame(all[from..to], Noise(rows));
            AssertSame(Folds(_x)[from..to], Folds(rows));
        }
        AssertSame(all, reversed.flip(0));
    }

    [Fact]
    public void Any_other_number_another_salt_and_another_draw_give_other_noise()
    {
        var (noise, other) = (Noise(_x), (byte[])Salt.Clone());
        other[15] ^= 1;
        var moved = _x.clone();
        moved[.., 4].mul_(1 + 1e-6);
        foreach (var changed in new[] { Noise(_x, salt: other), Noise(_x, draw: 1), Noise(moved) })
            Assert.InRange(Correlation(noise, changed), -4 / Math.Sqrt(Rows * Count), 4 / Math.Sqrt(Rows * Count));
        AssertSame(noise, Noise(_x));
    }

    [Fact]
    public void Noise_is_standard_normal_and_its_columns_are_independent()
    {
        var noise = Noise(_x).to_type(ScalarType.Float64);
        var n = (double)Rows * Count;
        Assert.Equal(0, noise.mean().item<double>(), 4 / Math.Sqrt(n));
        Assert.Equal(1, noise.square().mean().item<double>(), 4 * Math.Sqrt(2 / n));
        Assert.Equal(3, noise.pow(4).mean().item<double>(), 4 * Math.Sqrt(96 / n));
        // Φ(1) − Φ(−1).
        Assert.Equal(0.6827, (noise.abs() < 1).to_type(ScalarType.Float64).mean().item<double>(), 4 * Math.Sqrt(0.6827 * 0.3173 / n));
        var products = noise.t().matmul(noise) / Rows - torch.eye(Count, dtype: ScalarType.Float64);
        Assert.InRange(products.triu(1).abs().max().item<double>(), 0, 5 / Math.Sqrt(Rows));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Folds_are_about_equally_frequent(int folds)
    {
        var counts = Folds(_x, folds).data<long>().CountBy(fold => fold).Select(count => count.Value).ToArray();
        Assert.Equal(folds, counts.Length);
        var expected = (double)Rows / folds;
        Assert.All(counts, count => Assert.InRange(count, expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected)));
    }

    [Fact]
    public void Noise_tells_nothing_about_the_fold()
    {
        var (noise, folds) = (Noise(_x), Folds(_x));
        for (var fold = 0; fold < 3; fold++)
        {
            var own = noise.index_select(0, (folds == fold).nonzero().flatten());
            Assert.Equal(0, own.mean().item<float>(), 4 / Math.Sqrt(own.numel()));
        }
    }

    public void Dispose() => _scope.Dispose();

    private static Tensor Noise(Tensor rows, byte[]? salt = null, int draw = 0) =>
        RowHash.Noise(RowHash.Of(rows), Count, salt ?? Salt, draw);

    private static Tensor Folds(Tensor rows, int folds = 3) => RowHash.Folds(RowHash.Of(rows), folds);

    private static double Correlation(Tensor a, Tensor b) => (a * b).mean().item<float>();

    private static void AssertSame(Tensor a, Tensor b) => Assert.True(a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>());
}
