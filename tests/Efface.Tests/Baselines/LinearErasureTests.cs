using Efface.Auditing;
using Efface.Baselines;
using Efface.Models;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Baselines;

[Collection(SharedTorch.Name)]
public sealed class LinearErasureTests : IDisposable
{
    private const int Images = 600,
        Size = 6;

    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_linear_reader_of_what_is_left_finds_exactly_what_one_finds_who_sees_nothing(int classes)
    {
        var (x, z) = Told(classes);
        using var erasure = new AffineErasure(Size);
        double[] shares = [.. Enumerable.Range(0, classes).Select(k => z.Count(label => label == k) / (double)Images)];
        var floor = -shares.Sum(share => share * Math.Log(share));

        Assert.InRange(LogLossOfBestReader(x, z, classes), 0, 0.8 * floor);
        LinearErasure.Fit(erasure, x, [(z, classes)]);
        Assert.Equal(floor, LogLossOfBestReader(erasure.call(x), z, classes), 1e-4);
    }

    [Fact]
    public void Every_class_of_every_attribute_has_the_same_mean_afterwards()
    {
        var (x, z) = Told(3);
        var other = Enumerable.Range(0, Images).Select(image => image % 7 == 0 ? 1 : 0).ToArray();
        x = x + 2 * torch.tensor(other.Select(label => (float)label).ToArray()).unsqueeze(1);
        using var erasure = new AffineErasure(Size);
        LinearErasure.Fit(erasure, x, [(z, 3), (other, 2)]);

        var left = erasure.call(x);
        foreach (var (labels, classes) in new[] { (z, 3), (other, 2) })
            for (var k = 0; k < classes; k++)
                Assert.True((Of(left, labels, k).mean([0L]) - x.mean([0L])).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void Nothing_is_moved_where_the_attribute_is_not_told()
    {
        torch.manual_seed(3);
        var half = torch.randn(Images / 2, Size);
        // Every vector once for each class.
        var x = torch.cat([half, half], 0);
        using var erasure = new AffineErasure(Size);
        LinearErasure.Fit(erasure, x, [([.. Enumerable.Range(0, Images).Select(image => image / (Images / 2))], 2)]);

        Assert.True(erasure.call(x).allclose(x, atol: 1e-5));
    }

    [Fact]
    public void It_moves_no_more_than_the_projection_across_the_difference_of_the_means()
    {
        var (x, z) = Told(2);
        using var erasure = new AffineErasure(Size);
        LinearErasure.Fit(erasure, x, [(z, 2)]);
        var direction = functional.normalize((Of(x, z, 1).mean([0L]) - Of(x, z, 0).mean([0L])).unsqueeze(0)).squeeze(0);
        var (centred, mean) = (x - x.mean([0L]), x.mean([0L]));
        var projected = centred - centred.mv(direction).unsqueeze(1) * direction + mean;

        // The projection forgets as much, so it is one of the maps among which LEACE is the nearest.
        Assert.True((Of(projected, z, 1).mean([0L]) - Of(projected, z, 0).mean([0L])).norm().item<float>() < 1e-4);
        Assert.InRange(Moved(erasure.call(x)), 1e-3, Moved(projected) * 0.999);

        double Moved(Tensor left) => (left - x).square().sum([1L]).mean().item<float>();
    }

    [Fact]
    public void Directions_without_variance_are_left_alone()
    {
        var (x, z) = Told(2);
        x = torch.cat([x, torch.ones(Images, 1), x[.., ..1]], 1);
        using var erasure = new AffineErasure(Size + 2);
        LinearErasure.Fit(erasure, x, [(z, 2)]);
        var left = erasure.call(x);

        Assert.True(left.isfinite().all().item<bool>());
        Assert.True(left[.., Size].allclose(torch.ones(Images), atol: 1e-5));
        Assert.True((Of(left, z, 0).mean([0L]) - Of(left, z, 1).mean([0L])).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void A_fresh_erasure_changes_nothing_and_its_map_is_state()
    {
        using var erasure = new AffineErasure(Size);
        var x = torch.randn(4, Size);

        Assert.True(erasure.call(x).equal(x).all().item<bool>());
        Assert.Equal(["mean", "removed"], erasure.state_dict().Keys.Order());
        Assert.Empty(erasure.parameters());
    }

    public void Dispose() => _scope.Dispose();

    // Each class has a mean of its own, and directions vary differently.
    private static (Tensor X, int[] Labels) Told(int classes)
    {
        torch.manual_seed(5);
        int[] z = [.. Enumerable.Range(0, Images).Select(image => image * 7 % 13 % classes)];
        var mixing = torch.randn(Size, Size);
        var means = 2 * torch.randn(classes, Size);
        return (torch.randn(Images, Size).matmul(mixing) + means.index_select(0, torch.tensor(z)) + 3, z);
    }

    private static Tensor Of(Tensor x, int[] labels, int label) =>
        x.index_select(0, torch.tensor([.. Enumerable.Range(0, labels.Length).Where(image => labels[image] == label)]));

    // Of a linear reader fitted to the end by full-batch steps, in nats, images weighing the same.
    private static double LogLossOfBestReader(Tensor x, int[] labels, int classes)
    {
        var z = torch.tensor([.. labels.Select(label => (long)label)]);
        using var probe = LinearProbe.Fit(x, z, [.. Enumerable.Repeat(1, classes)]);
        return functional.cross_entropy(probe.Logits(x), z).item<float>();
    }
}
