using Efface.Detachment;
using Efface.Tests.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(Models.SharedTorch.Name)]
public sealed class KernelIndependenceTests : IDisposable
{
    private static readonly Recipe Recipe = Recipes.Named("hsic");

    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    public void The_estimate_is_the_mean_over_all_fours_of_different_images(int n)
    {
        torch.manual_seed(n);
        Tensor k = Kernel(torch.randn(n, 3, float64)), l = Kernel(torch.randn(n, 2, float64));
        // HSIC = E[k12 l12] + E[k12] E[l34] - 2 E[k12 l13], each expectation over different images (Gretton et al., 2005).
        var (both, apart, mixed, fours) = (0.0, 0.0, 0.0, 0);
        double K(int i, int j) => k[i, j].item<double>();
        double L(int i, int j) => l[i, j].item<double>();
        for (var a = 0; a < n; a++)
            for (var b = 0; b < n; b++)
                for (var c = 0; c < n; c++)
                    for (var d = 0; d < n; d++)
                    {
                        if (new HashSet<int> { a, b, c, d }.Count < 4) continue;
                        fours++;
                        both += K(a, b) * L(a, b);
                        apart += K(a, b) * L(c, d);
                        mixed += K(a, b) * L(a, c);
                    }
        Assert.Equal((both + apart - 2 * mixed) / fours, KernelIndependence.Dependence(k, l).item<double>(), 1e-10);
    }

    [Fact]
    public void It_is_zero_on_average_where_nothing_depends_and_above_where_something_does()
    {
        torch.manual_seed(1);
        double Mean(Func<Tensor, Tensor, Tensor> second) => Enumerable.Range(0, 200).Average(_ =>
        {
            using var inner = NewDisposeScope();
            Tensor x = torch.randn(40, 2, float64), noise = torch.randn(40, 2, float64);
            return KernelIndependence.Dependence(Kernel(x), Kernel(second(x, noise))).item<double>();
        });
        Assert.InRange(Mean((_, noise) => noise), -5e-4, 5e-4);
        // Not linear, and seen all the same.
        Assert.InRange(Mean((x, noise) => x.square() + 0.1 * noise), 5e-3, 1);
    }

    [Fact]
    public void The_discrepancy_is_the_sum_over_pairs_of_classes_of_what_lies_between_them()
    {
        torch.manual_seed(2);
        const int N = 9;
        int[] labels = [0, 0, 0, 1, 1, 2, 2, 2, 3];
        var k = Kernel(torch.randn(N, 3, float64));
        double K(int i, int j) => k[i, j].item<double>();
        int[][] classes = [.. Enumerable.Range(0, 4).Select(label => Enumerable.Range(0, N).Where(i => labels[i] == label).ToArray())];
        double Mean(int[] one, int[] other) => one.SelectMany(i => other.Where(j => j != i).Select(j => K(i, j))).Average();
        var between = 0.0;
        // The last class has one image and counts for nothing.
        for (var a = 0; a < 3; a++)
            for (var b = 0; b < a; b++)
                between += classes[a].Length * classes[b].Length / (double)(N * N) * (Mean(classes[a], classes[a]) + Mean(classes[b], classes[b]) - 2 * Mean(classes[a], classes[b]));
        int[] all = [.. Enumerable.Range(0, N)];

        var oneHot = nn.functional.one_hot(torch.tensor([.. labels.Select(label => (long)label)]), 4).to_type(float64);
        Assert.Equal(between / (1 - Mean(all, all)), KernelIndependence.Discrepancy(k, oneHot).item<double>(), 1e-10);
    }

    [Fact]
    public void The_discrepancy_is_zero_on_average_where_classes_are_alike_and_near_one_where_they_are_points()
    {
        torch.manual_seed(1);
        var z = nn.functional.one_hot(torch.arange(40).remainder(2), 2).to_type(float64);
        double Of(Tensor x) => KernelIndependence.Discrepancy(Kernel(x), z).item<double>();

        Assert.InRange(Enumerable.Range(0, 200).Average(_ => Of(torch.randn(40, 2, float64))), -5e-3, 5e-3);
        Assert.InRange(Of(1000 * z + 1e-3 * torch.randn(40, 2, float64)), 0.9, 1.1);
    }

    [Fact]
    public void What_the_task_tells_of_the_attribute_is_not_held_against_the_representation()
    {
        torch.manual_seed(1);
        using var batch = new ToyBatch(ToyTables.Labels("y", 2, 400, row => row % 2), ToyTables.Labels("z", 2, 400, row => row % 10 == 0 ? 1 - row % 2 : row % 2));
        double Of(Tensor label)
        {
            using var detacher = new KernelIndependence(Recipe with { Forgetting = 1 }, batch.Labels);
            detacher.Loss(batch.Input(label.unsqueeze(1).to_type(float32) + 0.1 * torch.randn(400, 1)));
            return detacher.Drain()["dependence.z"];
        }
        Assert.InRange(Of(batch.Batch.Task), -0.03, 0.03);
        Assert.InRange(Of(batch.Batch.Attributes[0]), 0.3, 1.05);
    }

    [Fact]
    public void Going_down_the_gradient_takes_the_attribute_out_of_the_class_means()
    {
        torch.manual_seed(1);
        using var batch = ToyBatch.Random(128);
        using var detacher = new KernelIndependence(Recipe, batch.Labels);
        var z = batch.Batch.Attributes[0].eq(1);
        var h = (torch.randn(128, 4) + 2 * z.to_type(float32).unsqueeze(1)).requires_grad_();
        var readings = new List<double>();
        for (var step = 0; step < 200; step++)
        {
            h.grad?.zero_();
            detacher.Loss(batch.Input(h)).backward();
            using (no_grad()) h.sub_(h.grad! * 2);
            readings.Add(detacher.Drain()["dependence.z"]);
        }
        Assert.InRange(readings[0], 0.3, 1);
        Assert.InRange(readings[^1], -0.1, readings[0] / 10);
        Assert.InRange((h[z].mean([0L]) - h[~z].mean([0L])).abs().max().item<float>(), 0, 0.7);
    }

    public void Dispose() => _scope.Dispose();

    private static Tensor Kernel(Tensor x) => (-torch.cdist(x, x).square() / 2).exp();
}
