using CsCheck;
using Efface.Detachment;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

public sealed class AttributeObjectivesTests
{
    private const int Classes = 3;

    private static readonly Gen<(double[] Logits, double[] Targets, int[] Attribute)> Batches =
        from count in Gen.Int[1, 8]
        from logits in Gen.Double[-4, 4].Array[count * Classes]
        from weights in Gen.Double[0.05, 1].Array[Classes].Array[count]
        from attribute in Gen.Int[0, Classes - 1].Array[count]
        select (logits, weights.SelectMany(row => row.Select(weight => weight / row.Sum())).ToArray(), attribute);

    [Fact]
    public void Confusion_is_the_divergence_from_what_the_task_tells() =>
        Batches.Sample(batch =>
        {
            var expected = Rows(batch.Targets)
                .Zip(Rows(batch.Logits), (p, logits) =>
                    p.Zip(Softmax(logits), (target, opinion) => target * Math.Log(target / opinion)).Sum()
                )
                .Average();

            Assert.Equal(expected, Compute(AttributeObjective.Confusion, batch).Value, 1e-8);
        });

    [Fact]
    public void Confusion_and_its_gradient_vanish_where_the_head_knows_what_the_task_tells() =>
        Batches.Sample(batch =>
        {
            var (value, gradient) = Compute(
                AttributeObjective.Confusion,
                (batch.Targets.Select(target => Math.Log(target)).ToArray(), batch.Targets, batch.Attribute)
            );

            Assert.Equal(0, value, 1e-9);
            Assert.All(gradient, each => Assert.Equal(0, each, 1e-6));
        });

    [Fact]
    public void Confusion_is_positive_with_a_gradient_where_the_head_knows_more_or_less() =>
        Batches
            .Where(batch => Distance(batch) > 0.01)
            .Sample(batch =>
            {
                var (value, gradient) = Compute(AttributeObjective.Confusion, batch);

                Assert.True(value > 0);
                // The derivative of KL(p ‖ softmax) is softmax - p.
                Assert.Equal(Distance(batch) / batch.Attribute.Length, gradient.Max(Math.Abs), 1e-6);
            });

    [Fact]
    public void Confusion_takes_a_class_that_never_occurs()
    {
        var (value, gradient) = Compute(AttributeObjective.Confusion, ([0, 0, 0], [0.5, 0.5, 0], [0]));

        Assert.Equal(Math.Log(3) - Math.Log(2), value, 1e-9);
        Assert.All(gradient, each => Assert.True(double.IsFinite(each)));
    }

    [Fact]
    public void The_entropy_objective_is_zero_for_a_head_without_an_opinion()
    {
        var (value, gradient) = Compute(AttributeObjective.Entropy, ([2, 2, 2, -1, -1, -1], [0.8, 0.1, 0.1, 0.1, 0.8, 0.1], [0, 1]));

        Assert.Equal(0, value, 1e-9);
        Assert.All(gradient, each => Assert.Equal(0, each, 1e-9));
    }

    [Fact]
    public void The_entropy_objective_is_the_distance_from_the_largest_entropy() =>
        Batches.Sample(batch =>
        {
            var entropy = Rows(batch.Logits).Average(logits => -Softmax(logits).Sum(p => p * Math.Log(p)));

            Assert.Equal(Math.Log(Classes) - entropy, Compute(AttributeObjective.Entropy, batch).Value, 1e-8);
        });

    [Fact]
    public void Reversal_is_the_heads_loss_turned_round_and_clipped_where_the_head_knows_nothing() =>
        Gen.Select(Batches, Gen.Double[0.1, 3])
            .Sample(
                (batch, entropy) =>
                {
                    var crossEntropy = Rows(batch.Logits).Zip(batch.Attribute, (logits, z) => -Math.Log(Softmax(logits)[z])).Average();
                    var (value, gradient) = Compute(AttributeObjective.Reversal, batch, entropy);

                    Assert.Equal(-Math.Min(crossEntropy, entropy), value, 1e-8);
                    for (var i = 0; i < gradient.Length; i++)
                    {
                        var (row, z) = (i / Classes, i % Classes);
                        var unclipped =
                            -(Softmax(Rows(batch.Logits)[row])[z] - (batch.Attribute[row] == z ? 1 : 0)) / batch.Attribute.Length;
                        Assert.Equal(crossEntropy > entropy ? 0 : unclipped, gradient[i], 1e-8);
                    }
                }
            );

    [Fact]
    public void An_unknown_objective_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute((AttributeObjective)9, ([0, 0, 0], [0.2, 0.3, 0.5], [0])));

    private static (double Value, double[] Gradient) Compute(
        AttributeObjective objective,
        (double[] Logits, double[] Targets, int[] Attribute) batch,
        double entropy = 1
    )
    {
        using var scope = NewDisposeScope();
        var logits = tensor(batch.Logits, [batch.Attribute.Length, Classes]).requires_grad_();
        var targets = tensor(batch.Targets, [batch.Attribute.Length, Classes]);
        var value = AttributeObjectives.Compute(
            objective,
            logits,
            tensor(batch.Attribute.Select(z => (long)z).ToArray()),
            targets,
            entropy
        );
        value.backward();
        return (value.ToDouble(), logits.grad!.data<double>().ToArray());
    }

    // The largest difference of the head's opinion from what the task tells.
    private static double Distance((double[] Logits, double[] Targets, int[] Attribute) batch) =>
        Rows(batch.Targets).Zip(Rows(batch.Logits), (p, logits) => p.Zip(Softmax(logits), (a, b) => Math.Abs(a - b)).Max()).Max();

    private static double[][] Rows(double[] values) => [.. values.Chunk(Classes)];

    private static double[] Softmax(double[] logits) => [.. logits.Select(logit => Math.Exp(logit) / logits.Sum(Math.Exp))];
}
