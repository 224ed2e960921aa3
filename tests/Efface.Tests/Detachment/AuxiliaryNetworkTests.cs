using Efface.Detachment;
using Efface.Tests.Data;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(SharedTorch.Name)]
public sealed class AuxiliaryNetworkTests
{
    private const int Size = 32;

    private static readonly AuxiliarySettings Settings = new()
    {
        Weights = new LossWeights(2.5, 1, 5),
        HeadWidth = 32,
        HeadRate = 1e-2,
        HeadLoss = HeadLoss.CrossEntropy,
        HeadSteps = 1,
    };
    private static readonly AuxiliarySettings Nothing = Settings with { Weights = new LossWeights(0, 0, 0) };

    public static TheoryData<AttributeObjective, HeadLoss, long[]> Choices =>
        new(
            from objective in Enum.GetValues<AttributeObjective>()
            from headLoss in Enum.GetValues<HeadLoss>()
            from shape in new long[][] { [16], [8, 4, 4] }
            select new TheoryDataRow<AttributeObjective, HeadLoss, long[]>(objective, headLoss, shape)
        );

    public static TheoryData<HeadLoss, long[]> Readings =>
        new(
            from headLoss in Enum.GetValues<HeadLoss>()
            from shape in new long[][] { [16], [8, 4, 4] }
            select new TheoryDataRow<HeadLoss, long[]>(headLoss, shape)
        );

    [Theory]
    [MemberData(nameof(Choices))]
    public void Every_setting_gives_a_finite_loss_that_reaches_the_representation(
        AttributeObjective objective,
        HeadLoss headLoss,
        long[] shape
    )
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(Size);
        using var auxiliary = Auxiliary(Settings with { Objective = objective, HeadLoss = headLoss, HeadSteps = 2 }, batch, shape);
        var h = randn([Size, .. shape]).requires_grad_();

        var loss = auxiliary.Loss(batch.Input(h));
        loss.backward();
        auxiliary.Step();

        Assert.Empty(loss.shape);
        Assert.True(float.IsFinite(loss.ToSingle()));
        Assert.True(h.grad!.isfinite().all().ToBoolean());
        Assert.True(h.grad!.abs().sum().ToSingle() > 0);
        var reported = auxiliary.Drain();
        Assert.Equal(
            ["attributeInformation.tone", "attributeInformation.z", "reconstructionError", "taskInformation"],
            reported.Keys.Order()
        );
        Assert.All(reported.Values, value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void The_heads_learn_to_read_what_is_there_and_never_read_more_than_there_is(HeadLoss headLoss, long[] shape)
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(Size);
        using var auxiliary = Auxiliary(Settings with { HeadLoss = headLoss }, batch, shape);
        var information = Train(auxiliary, batch, Telling(batch, shape), steps: 20);

        var (z, tone) = (batch.Labels.Joints[0], batch.Labels.Joints[1]);
        foreach (
            var (name, entropy) in new[]
            {
                ("taskInformation", z.TaskEntropy),
                ("attributeInformation.z", z.AttributeEntropy),
                ("attributeInformation.tone", tone.AttributeEntropy),
            }
        )
        {
            Assert.InRange(information[^1][name], 0.5 * entropy, entropy);
            Assert.True(information[^1][name] > information[0][name]);
            Assert.All(information, step => Assert.True(step[name] <= entropy));
        }
        Assert.True(information[^1]["reconstructionError"] < information[0]["reconstructionError"]);
    }

    [Fact]
    public void The_extractors_loss_does_not_train_the_attribute_heads()
    {
        Assert.Equal(Information(forgetting: 0), Information(forgetting: 100));

        static IEnumerable<double> Information(double forgetting)
        {
            using var scope = NewDisposeScope();
            using var batch = ToyBatch.Random(Size);
            using var auxiliary = Auxiliary(Nothing with { Weights = new LossWeights(0, 0, forgetting) }, batch, [16]);
            return [.. Train(auxiliary, batch, Telling(batch, [16]), steps: 10).Select(step => step["attributeInformation.z"])];
        }
    }

    [Fact]
    public void Attribute_heads_learn_on_a_representation_without_touching_its_gradient()
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(Size);
        using var auxiliary = Auxiliary(Nothing, batch, [16]);
        var h = Telling(batch, [16]);
        Train(auxiliary, batch, h, steps: 3);

        Assert.Equal(0, h.grad!.abs().sum().ToSingle());
    }

    [Fact]
    public void More_steps_a_batch_read_more()
    {
        Assert.True(After(steps: 8) > After(steps: 1));

        static double After(int steps)
        {
            using var scope = NewDisposeScope();
            using var batch = ToyBatch.Random(Size);
            using var auxiliary = Auxiliary(Nothing with { HeadSteps = steps }, batch, [16]);
            return Train(auxiliary, batch, Telling(batch, [16]), steps: 3)[^1]["attributeInformation.z"];
        }
    }

    [Fact]
    public void The_task_counts_by_its_weight()
    {
        var (loss, reported) = FirstLoss(Nothing with { Weights = new LossWeights(0, 3, 0) });

        // H(y) - CE is reported in bits, the loss is 3 · CE in nats.
        Assert.Equal(3 * (EntropyOfTask() - reported["taskInformation"]) / Information.BitsPerNat, loss, 1e-4);
    }

    [Fact]
    public void The_reconstruction_counts_by_its_weight()
    {
        var (loss, reported) = FirstLoss(Nothing with { Weights = new LossWeights(2.5, 0, 0) });

        Assert.Equal(2.5 * reported["reconstructionError"], loss, 1e-5);
        // Nothing is known yet: each pixel costs about log 2.
        Assert.InRange(reported["reconstructionError"], 0.5, 1.2);
    }

    [Fact]
    public void Without_reconstruction_there_is_no_decoder() =>
        Assert.DoesNotContain(
            "reconstructionError",
            FirstLoss(Settings with { Weights = Settings.Weights with { Reconstruction = 0 } }).Reported.Keys
        );

    [Theory]
    [InlineData(AttributeObjective.Confusion)]
    [InlineData(AttributeObjective.Entropy)]
    [InlineData(AttributeObjective.Reversal)]
    public void Forgetting_counts_by_its_weight_and_strength(AttributeObjective objective)
    {
        var settings = Nothing with { Objective = objective, Weights = new LossWeights(0, 0, 1) };
        var once = FirstLoss(settings).Loss;

        Assert.NotEqual(0, once, 1e-4);
        Assert.Equal(4 * once, FirstLoss(settings with { Weights = new LossWeights(0, 0, 4) }).Loss, 1e-4);
        Assert.Equal(0.25 * once, FirstLoss(settings, strength: 0.25).Loss, 1e-4);
        Assert.Equal(0, FirstLoss(settings, strength: 0).Loss);
    }

    [Theory]
    [InlineData(HeadLoss.Contrastive, false)]
    [InlineData(HeadLoss.CrossEntropy, true)]
    [InlineData(HeadLoss.Both, true)]
    public void Cross_entropy_reaches_the_representation_unless_the_head_is_contrastive(HeadLoss headLoss, bool reaches)
    {
        using var scope = NewDisposeScope();
        // No two images of one class: the contrastive loss has nothing to say.
        using var batch = new ToyBatch(ToyTables.Labels("y", 8, 8, row => row), ToyTables.Labels("z", 2, 8, row => row % 2));
        using var auxiliary = Auxiliary(Nothing with { Weights = new LossWeights(0, 1, 0), HeadLoss = headLoss }, batch, [16]);
        var h = randn(8, 16).requires_grad_();
        auxiliary.Loss(batch.Input(h)).backward();

        Assert.Equal(reaches, h.grad!.abs().sum().ToSingle() > 0);
    }

    [Fact]
    public void Draining_starts_a_new_mean()
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(Size);
        using var auxiliary = Auxiliary(Settings, batch, [16]);
        Train(auxiliary, batch, Telling(batch, [16]), steps: 5);

        Assert.Empty(auxiliary.Drain());
    }

    [Fact]
    public void An_attributes_name_may_end_in_anothers()
    {
        using var scope = NewDisposeScope();
        using var batch = new ToyBatch(
            ToyTables.Labels("y", 2, 8, row => row % 2),
            ToyTables.Labels("colour", 2, 8, row => row / 2 % 2),
            ToyTables.Labels("hair.colour", 2, 8, row => row / 4)
        );
        using var auxiliary = Auxiliary(Nothing, batch, [16]);
        auxiliary.Loss(batch.Input(randn(8, 16).requires_grad_()));

        Assert.Contains("attributeInformation.hair.colour", auxiliary.Drain().Keys);
    }

    private static AuxiliaryNetwork Auxiliary(AuxiliarySettings settings, ToyBatch batch, long[] shape)
    {
        manual_seed(5);
        return new AuxiliaryNetwork(settings, batch.Labels, shape, [3, 16, 16], CPU, new Generator(0));
    }

    // A representation in which every label can be read, under a little noise.
    private static Tensor Telling(ToyBatch batch, long[] shape)
    {
        var h = randn([Size, .. shape]) * 0.3;
        foreach (var (channel, labels) in batch.Batch.Attributes.Prepend(batch.Batch.Task).Index())
            h.select(1, channel).add_(labels.to_type(ScalarType.Float32).view([Size, .. shape[1..].Select(_ => 1L)]));
        return h.detach().requires_grad_();
    }

    private static IReadOnlyDictionary<string, double>[] Train(AuxiliaryNetwork auxiliary, ToyBatch batch, Tensor h, int steps) =>
        [
            .. Enumerable
                .Range(0, steps)
                .Select(_ =>
                {
                    auxiliary.Loss(batch.Input(h)).backward();
                    auxiliary.Step();
                    return auxiliary.Drain();
                }),
        ];

    private static (double Loss, IReadOnlyDictionary<string, double> Reported) FirstLoss(AuxiliarySettings settings, double strength = 1)
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(Size);
        using var auxiliary = Auxiliary(settings, batch, [16]);
        var loss = auxiliary.Loss(batch.Input(Telling(batch, [16]), strength)).ToDouble();
        return (loss, auxiliary.Drain());
    }

    private static double EntropyOfTask()
    {
        using var batch = ToyBatch.Random(Size);
        return batch.Labels.Joints[0].TaskEntropy;
    }
}
