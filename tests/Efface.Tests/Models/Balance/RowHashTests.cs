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
    public void Another_salt_another_draw_and_another_row_give_other_noise()
    {
        var (noise, other) = (Noise(_x), (byte[])Salt.Clone());
        other[15] ^= 1;
        var moved = _x.clone();
        moved[.., 4].add_(1e-2);
        foreach (var changed in new[] { Noise(_x, salt: other), Noise(_x, draw: 1), Noise(moved) })
            Assert.InRange(Correlation(noise, changed), -4 / Math.Sqrt(Rows * Count), 4 / Math.Sqrt(Rows * Count));
        AssertSame(noise, Noise(_x));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(128)]
    public void Each_direction_that_decides_has_bits_of_its_own(int directions)
    {
        var deciding = RowHash.Deciding(directions);
        Assert.Equal(Math.Min(directions, 16), deciding);
        Assert.InRange(deciding * RowHash.Bits(directions), 1, 128);
        var step = 2 * RowHash.Range / (1 << RowHash.Bits(directions));
        // Each row is one step away from the first in one direction; the last two are cut off at the ends of the range.
        var rows = torch.eye(deciding, dtype: ScalarType.Float64) * step;
        var keys = RowHash.Of(
            torch.cat([
                torch.zeros(1, deciding, dtype: ScalarType.Float64),
                rows,
                torch.full(1, deciding, 99.0, dtype: ScalarType.Float64),
                torch.full(1, deciding, -99.0, dtype: ScalarType.Float64),
            ]),
            directions
        );
        Assert.Equal(deciding + 3, keys.Distinct().Count());
        var changed = keys[1..^2].Select(key => key ^ keys[0]).ToArray();
        for (var i = 0; i < deciding; i++)
        for (var j = 0; j < i; j++)
            Assert.Equal(UInt128.Zero, changed[i] & changed[j]);
        Assert.Equal(UInt128.Zero, keys[^1]);
    }

    [Fact]
    public void Rounding_errors_of_another_program_hardly_ever_change_a_row()
    {
        using var random = new Generator(5);
        var leading = torch.randn([20_000, 16], ScalarType.Float64, generator: random);
        var other = leading * (1 + 1e-6 * torch.randn([20_000, 16], ScalarType.Float64, generator: random));
        var (one, two) = (RowHash.Of(leading, 16), RowHash.Of(other, 16));
        // 16 numbers of about .8 with errors of a millionth, and steps of 1/16: 16 · 2 · .6e-6 / (1/16) of the rows lie across one.
        Assert.InRange(one.Zip(two).Count(pair => pair.First != pair.Second), 0, 20);
        Assert.Equal(20_000, one.Distinct().Count());
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

    private static Tensor Noise(Tensor rows, byte[]? salt = null, int draw = 0) => RowHash.Noise(Keys(rows), Count, salt ?? Salt, draw);

    private static Tensor Folds(Tensor rows, int folds = 3) => RowHash.Folds(Keys(rows), folds);

    private static UInt128[] Keys(Tensor rows) => RowHash.Of(rows.to_type(ScalarType.Float64), (int)rows.shape[1]);

    private static double Correlation(Tensor a, Tensor b) => (a * b).mean().item<float>();

    private static void AssertSame(Tensor a, Tensor b) => Assert.True(a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>());
}
