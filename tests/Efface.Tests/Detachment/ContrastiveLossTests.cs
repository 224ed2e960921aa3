using CsCheck;
using Efface.Detachment;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

public sealed class ContrastiveLossTests
{
    private static readonly Gen<(double[][] Features, int[] Labels)> Batches =
        from count in Gen.Int[1, 12]
        from size in Gen.Int[1, 5]
        from features in Gen.Double[-3, 3].Array[size].Array[count]
        from labels in Gen.Int[0, 3].Array[count]
        select (features, labels);

    [Fact]
    public void It_is_what_two_slow_loops_say() =>
        Gen.Select(Batches, Gen.Double[0.05, 1])
            .Sample(
                (batch, temperature) =>
                {
                    var expected = Reference(batch.Features, batch.Labels, temperature);

                    Assert.Equal(expected, Compute(batch.Features, batch.Labels, temperature), 1e-8 * (1 + expected));
                }
            );

    [Fact]
    public void The_usual_temperature_is_the_papers() =>
        Batches.Sample(batch => Assert.Equal(Compute(batch.Features, batch.Labels, 0.07), Compute(batch.Features, batch.Labels), 1e-9));

    [Fact]
    public void The_features_scale_does_not_matter() =>
        Gen.Select(Batches.Where(LongEnough), Gen.Double[0.1, 50])
            .Sample(
                (batch, scale) =>
                {
                    var scaled = batch.Features.Select(feature => feature.Select(value => value * scale).ToArray()).ToArray();
                    var expected = Compute(batch.Features, batch.Labels);

                    Assert.Equal(expected, Compute(scaled, batch.Labels), 1e-6 * (1 + expected));
                }
            );

    [Fact]
    public void The_order_of_the_images_does_not_matter() =>
        Batches.Sample(batch =>
            Assert.Equal(Compute(batch.Features, batch.Labels), Compute([.. batch.Features.Reverse()], [.. batch.Labels.Reverse()]), 1e-8)
        );

    [Theory]
    [InlineData(0)]
    [InlineData(0, 1, 2, 3)]
    public void Without_positives_loss_and_gradient_are_zero(params int[] labels)
    {
        var (loss, gradient) = LossAndGradient(labels);

        Assert.Equal(0, loss);
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2, 2, 2)]
    [InlineData(0, 0, 1, 2)]
    [InlineData(0, 0, 0, 0, 1, 1, 1, 1)]
    public void Loss_and_gradient_are_finite(params int[] labels)
    {
        var (loss, gradient) = LossAndGradient(labels);

        Assert.True(float.IsFinite(loss));
        Assert.All(gradient, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void A_vector_of_zeros_does_no_harm()
    {
        using var scope = NewDisposeScope();
        var features = zeros(4, 3, requires_grad: true);
        ContrastiveLoss.Compute(features, tensor([0L, 0L, 1L, 1L])).backward();

        Assert.True(features.grad!.isfinite().all().ToBoolean());
    }

    [Fact]
    public void Going_down_the_gradient_draws_a_class_together()
    {
        using var scope = NewDisposeScope();
        var features = tensor(new[] { 1, 0.2f, 0.2f, 1, 1, -0.2f, -0.2f, 1 }, [4, 2]).requires_grad_();
        var labels = tensor([0L, 1L, 1L, 0L]);
        double Similarity() => nn.functional.cosine_similarity(features[0], features[3], 0).ToDouble();

        var before = Similarity();
        ContrastiveLoss.Compute(features, labels, 0.5).backward();
        using (no_grad())
            features.sub_(features.grad! * 0.1);
        Assert.True(Similarity() > before);
    }

    // A shorter vector than 1e-12 has no direction.
    private static bool LongEnough((double[][] Features, int[] Labels) batch) =>
        batch.Features.All(feature => feature.Any(value => Math.Abs(value) > 0.01));

    private static double Compute(double[][] features, int[] labels, double temperature = ContrastiveLoss.Temperature)
    {
        using var scope = NewDisposeScope();
        var x = tensor(features.SelectMany(feature => feature).ToArray(), [features.Length, features[0].Length]);
        return ContrastiveLoss.Compute(x, tensor(labels.Select(label => (long)label).ToArray()), temperature).ToDouble();
    }

    private static (float Loss, float[] Gradient) LossAndGradient(int[] labels)
    {
        using var scope = NewDisposeScope();
        var random = new Random(5);
        var features = tensor(Enumerable.Range(0, labels.Length * 6).Select(_ => random.NextSingle() - 0.5f).ToArray(), [labels.Length, 6])
            .requires_grad_();
        var loss = ContrastiveLoss.Compute(features, tensor(labels.Select(label => (long)label).ToArray()));
        loss.backward();
        return (loss.ToSingle(), features.grad!.data<float>().ToArray());
    }

    private static double Reference(double[][] features, int[] labels, double temperature)
    {
        var (sum, anchors) = (0.0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            var (positives, each) = (0, 0.0);
            for (var j = 0; j < labels.Length; j++)
            {
                if (j == i || labels[j] != labels[i])
                    continue;
                var others = Enumerable.Range(0, labels.Length).Where(k => k != i).Sum(k => Math.Exp(Similarity(i, k)));
                each -= Math.Log(Math.Exp(Similarity(i, j)) / others);
                positives++;
            }
            if (positives == 0)
                continue;
            sum += each / positives;
            anchors++;
        }
        return anchors == 0 ? 0 : sum / anchors;

        double Similarity(int i, int j) => Dot(i, j) / Length(i) / Length(j) / temperature;
        double Dot(int i, int j) => features[i].Zip(features[j], (a, b) => a * b).Sum();
        double Length(int i) => Math.Max(1e-12, Math.Sqrt(Dot(i, i)));
    }
}
