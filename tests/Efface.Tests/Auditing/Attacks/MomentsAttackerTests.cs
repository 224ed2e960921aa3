using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class MomentsAttackerTests : IDisposable
{
    private const int Images = 4000,
        Size = 10;

    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_directions_are_those_whose_product_tells(int order)
    {
        torch.manual_seed(3);
        var rotation = linalg.qr(torch.randn(Size, Size)).Q;
        var h = torch.randn(Images, Size);
        var z = (h[.., ..order].prod(1) > 0).to_type(ScalarType.Int64).data<long>().Select(label => (int)label).ToArray();
        var set = new AttackSet(h.matmul(rotation), new int[Images], new int[Images], z);

        var found = new Contrasts(set.Values, Contrasts.Groups(new AttackProblem([Size], 0, 0, 2), set)).Directions(order, order);

        Assert.Equal(order, found.shape[0]);
        Assert.Equal(0, (found.matmul(found.t()) - torch.eye(order)).abs().amax().ToDouble(), 1e-4);
        // How much of each lies in the rotated axes.
        Assert.All(Enumerable.Range(0, order), k => Assert.InRange(found[k].matmul(rotation[..order].t()).norm().ToDouble(), 0.98, 1.001));
    }

    [Fact]
    public void What_y_does_to_h_hides_no_direction()
    {
        torch.manual_seed(4);
        var (h, y, z) = (torch.randn(Images, Size), Labels(0.5), Labels(0.5));
        // y makes h[0] vary far more than z makes h[1] vary.
        h[.., 0] = h[.., 0] * (1 + 3 * Column(y));
        h[.., 1] = h[.., 1] * (1 + Column(z));
        var set = new AttackSet(h, y, new int[Images], z);

        var found = new Contrasts(h, Contrasts.Groups(new AttackProblem([Size], 0, 2, 2), set)).Directions(2, 1);

        Assert.InRange(Math.Abs(found[0, 1].ToDouble()), 0.95, 1.001);
    }

    [Fact]
    public void Images_sorted_by_class_are_no_harder()
    {
        var parts = Planted.Maps(Shift);
        AttackSet Sorted(AttackSet set) => set.Select([.. Enumerable.Range(0, set.Count).OrderBy(i => set.Attribute[i])]);
        var sorted = parts with { Training = Sorted(parts.Training), Validation = Sorted(parts.Validation) };
        Assert.InRange(Planted.Leak(sorted, sorted.OnTraining(new PatchesAttacker(), 0)).Low, 0.1, 1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    public void A_map_smaller_than_a_patch_is_read_all_the_same(int height, int width)
    {
        var parts = Planted.Maps(Shift);
        var small = parts.With(parts.Problem with { Shape = [parts.Problem.Shape[0], height, width] }, set =>
            nn.functional.adaptive_avg_pool2d(set.Values, [height, width])
        );
        Assert.InRange(Planted.Leak(small, small.OnTraining(new PatchesAttacker(), 0)).Low, 0.1, 1);
    }

    public void Dispose() => _scope.Dispose();

    private static int[] Labels(double share) => [.. torch.rand(Images).data<float>().Select(value => value < share ? 1 : 0)];

    private static Tensor Column(int[] labels) => torch.tensor(labels.Select(label => (float)label).ToArray());

    private static void Shift(float[] h, int z) => h[0] += z == 1 ? 1.5f : -1.5f;
}
