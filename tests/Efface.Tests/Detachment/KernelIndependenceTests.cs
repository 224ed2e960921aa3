using Efface.Data;
using Efface.Detachment;
using Efface.Tests.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(Models.SharedTorch.Name)]
public sealed class KernelIndependenceTests : IDisposable
{
    private const double Forgetting = 5;

    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(KernelCriterion.Independence), InlineData(KernelCriterion.MeanDiscrepancy)]
    public void It_is_zero_on_average_where_nothing_depends(KernelCriterion criterion)
    {
        torch.manual_seed(1);
        Assert.InRange(Measured(criterion, 2, 0.5, (z, noise) => noise, 25), -0.02, 0.02);
        Assert.InRange(Measured(criterion, 3, 0.2, (z, noise) => noise, 25), -0.02, 0.02);
    }

    // z moves one direction by `apart` of its deviation: a linear reader explains p(1-p)apart² / (1 + p(1-p)apart²) of it.
    [Theory]
    [
        InlineData(KernelCriterion.Independence, 0.5, 0.5),
        InlineData(KernelCriterion.Independence, 0.5, 2),
        InlineData(KernelCriterion.Independence, 0.1, 1),
        InlineData(KernelCriterion.MeanDiscrepancy, 0.1, 1)
    ]
    public void It_is_the_share_of_z_that_a_linear_reader_explains_though_the_direction_is_small_and_turned(
        KernelCriterion criterion,
        double share,
        double apart
    )
    {
        torch.manual_seed(2);
        var (turn, _) = linalg.qr(torch.randn(Dimensions, Dimensions));
        var explained = share * (1 - share) * apart * apart;

        var found = Measured(
            criterion,
            2,
            share,
            (z, noise) =>
            {
                // The other directions have five times its deviation.
                var moved = noise * 5;
                moved[.., 0] = noise[.., 0] + apart * z;
                return moved.matmul(turn);
            },
            25
        );

        Assert.Equal(1, found / (explained / (1 + explained)), 0.2);
    }

    [Fact]
    public void Before_there_is_a_memory_to_hold_a_batch_against_nothing_is_paid()
    {
        using var batch = ToyBatch.Random(128);
        using var detacher = new KernelIndependence(Forgetting, KernelCriterion.Independence, batch.Labels);

        Assert.Equal(0, detacher.Loss(batch.Input(torch.randn(128, 4))).item<float>());
    }

    [Fact]
    public void Of_maps_the_means_over_positions_are_looked_at()
    {
        torch.manual_seed(3);
        using var batch = ToyBatch.Random(128);
        using KernelIndependence ofMaps = new(Forgetting, KernelCriterion.Independence, batch.Labels),
            ofMeans = new(Forgetting, KernelCriterion.Independence, batch.Labels);
        foreach (var maps in Enumerable.Range(0, 3).Select(_ => torch.randn(128, 4, 5, 5)))
            Assert.Equal(ofMeans.Loss(batch.Input(maps.mean([2L, 3L]))).item<float>(), ofMaps.Loss(batch.Input(maps)).item<float>());
    }

    [Fact]
    public void What_the_task_tells_of_the_attribute_is_not_held_against_the_representation()
    {
        torch.manual_seed(1);
        using var batch = new ToyBatch(
            ToyTables.Labels("y", 2, 400, row => row % 2),
            ToyTables.Labels("z", 2, 400, row => row % 10 == 0 ? 1 - row % 2 : row % 2)
        );
        double Of(Tensor label)
        {
            using var detacher = new KernelIndependence(1, KernelCriterion.Independence, batch.Labels);
            for (var step = 0; step < 2; step++)
            {
                detacher.Drain();
                detacher.Loss(batch.Input(label.unsqueeze(1).to_type(float32) + 0.1 * torch.randn(400, 4)));
            }
            return detacher.Drain()["dependence.z"];
        }
        Assert.InRange(Of(batch.Batch.Task), -0.03, 0.03);
        Assert.InRange(Of(batch.Batch.Attributes[0]), 0.3, 1.2);
    }

    [Fact]
    public void Going_down_the_gradient_takes_the_attribute_out_of_the_class_means()
    {
        torch.manual_seed(1);
        using var batch = ToyBatch.Random(128);
        using var detacher = new KernelIndependence(Forgetting, KernelCriterion.Independence, batch.Labels);
        var z = batch.Batch.Attributes[0].eq(1);
        var h = (torch.randn(128, 4) + 2 * z.to_type(float32).unsqueeze(1)).requires_grad_();
        var readings = new List<double>();
        for (var step = 0; step < 200; step++)
        {
            h.grad?.zero_();
            var loss = detacher.Loss(batch.Input(h));
            if (step == 0)
                continue;
            loss.backward();
            using (no_grad())
                h.sub_(h.grad! * 2);
            readings.Add(detacher.Drain()["dependence.z"]);
        }
        Assert.InRange(readings[0], 0.3, 1.2);
        Assert.InRange(readings[^1], -0.2, readings[0] / 10);
        Assert.InRange((h[z].mean([0L]) - h[~z].mean([0L])).abs().max().item<float>(), 0, 0.7);
    }

    public void Dispose() => _scope.Dispose();

    private const int Dimensions = 24,
        Images = 4000,
        Batch = 128;

    // The mean over batches of fresh images, once the memory is full. z is independent of y.
    private static double Measured(
        KernelCriterion criterion,
        int classes,
        double share,
        Func<Tensor, Tensor, Tensor> representation,
        int batches
    )
    {
        var random = new Random(5);
        int Draw() => random.NextDouble() < share ? 1 + random.Next(classes - 1) : 0;
        using var all = new ToyBatch(
            ToyTables.Labels("y", 2, Images, _ => random.Next(2)),
            ToyTables.Labels("z", classes, Images, _ => Draw())
        );
        using var detacher = new KernelIndependence(1, criterion, all.Labels);
        double total = 0;
        for (var step = -16; step < batches; step++)
        {
            using var inner = NewDisposeScope();
            Tensor y = torch.tensor([.. Enumerable.Range(0, Batch).Select(_ => (long)random.Next(2))]),
                z = torch.tensor([.. Enumerable.Range(0, Batch).Select(_ => (long)Draw())]);
            var images = torch.zeros(Batch, 3, 16, 16);
            using var batch = new Batch(images.to_type(uint8), y, [z]);
            detacher.Loss(
                new DetachmentInput(representation(z.to_type(float32), torch.randn(Batch, Dimensions)), images, batch, 1, images)
            );
            var measured = detacher.Drain();
            if (step >= 0)
                total += measured["dependence.z"];
        }
        return total / batches;
    }
}
