using Efface.Detachment;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(Models.SharedTorch.Name)]
public sealed class CodeContentsTests : IDisposable
{
    private const int Bits = 3,
        Codes = 1 << Bits,
        Size = 60;

    private static readonly CodeSettings Kept = new()
    {
        Weights = new LossWeights(2, 1, 5),
        Retention = 0.5,
        Bits = Bits,
    };

    private static readonly CodeSettings NotDrawn = Kept with { Weights = Kept.Weights with { Reconstruction = 0 } };

    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Where_nothing_is_to_be_kept_nothing_is_paid()
    {
        using var batch = ToyBatch.Random(Size);
        using var contents = new CodeContents(NotDrawn, batch.Labels, [3, 16, 16], CPU, new Generator(0));
        Assert.Null(
            contents.Loss(torch.rand(Size, Codes), batch.Input(torch.zeros(Size, Codes)), (_, _) =>
                throw new InvalidOperationException("nothing to measure")
            )
        );
    }

    [Fact]
    public void The_loss_is_the_weighted_sum_of_what_is_measured_and_what_is_retained_stands_behind_what_is_forgotten()
    {
        using var batch = ToyBatch.Random(Size);
        using var contents = new CodeContents(Kept, Retaining(batch), [3, 16, 16], CPU, new Generator(0));
        var measured = new Dictionary<string, double>();
        var loss = contents.Loss(torch.rand(Size, Codes).softmax(1), batch.Input(torch.zeros(Size, Codes)), (name, value) =>
            measured[name] = value.item<float>()
        )!;
        Assert.Equal(["reconstructionError", "retainedLoss.tone"], measured.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2 * measured["reconstructionError"] + 0.5 * measured["retainedLoss.tone"], loss.item<float>(), 1e-4);
        // Three classes: a head that knows nothing yet pays about ln 3, of two it would be ln 2.
        Assert.InRange(measured["retainedLoss.tone"], 0.95, 1.5);
    }

    [Fact]
    public void Assignments_learn_to_hold_what_is_retained()
    {
        torch.manual_seed(5);
        using var batch = ToyBatch.Random(Size);
        var tone = batch.Labels.Attributes[1];
        using var contents = new CodeContents(NotDrawn, Retaining(batch), [3, 16, 16], CPU, new Generator(0));
        var scores = torch.zeros(Size, Codes, requires_grad: true);
        using (no_grad())
            nn.init.normal_(scores, 0, 0.1);
        var last = 0.0;
        for (var step = 0; step < 400; step++)
        {
            using var inner = NewDisposeScope();
            var loss = contents.Loss(scores.softmax(1), batch.Input(torch.zeros(Size, Codes)), (_, _) => { })!;
            loss.backward();
            contents.Step();
            using (no_grad())
                scores.sub_(scores.grad! * 20);
            scores.grad!.zero_();
            last = loss.item<float>() / 0.5;
        }
        Assert.InRange(last, 0, 0.2);
        var codes = DiscreteBottleneck.Decide(scores.softmax(1)).data<long>().ToArray();
        Assert.All(codes.Zip(tone.Labels).GroupBy(pair => pair.First), code => Assert.Single(code.Select(pair => pair.Second).Distinct()));
    }

    [Fact]
    public void What_the_forgotten_attribute_tells_already_earns_a_code_nothing()
    {
        torch.manual_seed(5);
        var labels = Data.ToyTables.Labels("z", 2, Size, i => i % 2);
        using var batch = new ToyBatch(Data.ToyTables.Labels("y", 2, Size, i => i / 2 % 2), labels, labels with { Name = "beard" });
        using var contents = new CodeContents(NotDrawn, Retaining(batch), [3, 16, 16], CPU, new Generator(0));
        // Every image says the same, so the head has z alone to tell the beard by.
        var same = torch.full(Size, Codes, 1.0 / Codes).requires_grad_(true);
        float first = 0,
            pull = 0;
        for (var step = 0; step < 400; step++)
        {
            using var inner = NewDisposeScope();
            same.grad?.zero_();
            contents.Loss(same, batch.Input(torch.zeros(Size, Codes)), (_, _) => { })!.backward();
            contents.Step();
            pull = same.grad!.abs().sum().item<float>();
            if (step == 0)
                first = pull;
        }
        Assert.InRange(pull, 0, first / 10);
    }

    [Fact]
    public void The_embedding_to_be_carried_is_standardised_has_no_graph_and_leaves_the_model_as_it_was()
    {
        var network = Models.ToyNetworks.Small(0, 2);
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using var target = new EmbeddingTarget(network);
        network.train();
        network.eval();
        var carried = target.Of(torch.rand(200, 3, 16, 16));
        Assert.Equal([200, target.Size], carried.shape);
        Assert.False(carried.requires_grad);
        Assert.Equal(0, carried.mean([0L]).abs().amax().item<float>(), 1e-4);
        // A unit that is silent stays so; all others vary by one.
        Assert.All(carried.std(0, unbiased: false).data<float>().ToArray(), deviation =>
            Assert.True(deviation < 1e-6 || deviation is > 0.9f and < 1.01f)
        );
        Assert.All(network.state_dict(), entry => Assert.True(entry.Value.equal(before[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void Assignments_learn_to_carry_the_embedding()
    {
        torch.manual_seed(5);
        using var batch = ToyBatch.Random(Size);
        using var contents = new CodeContents(
            NotDrawn with
            {
                Distillation = 2,
            },
            batch.Labels,
            [3, 16, 16],
            CPU,
            new Generator(0),
            new EmbeddingTarget(Models.ToyNetworks.Small(0, 2))
        );
        var images = torch.rand(Size, 3, 16, 16);
        var scores = torch.zeros(Size, Codes, requires_grad: true);
        using (no_grad())
            nn.init.normal_(scores, 0, 0.1);
        var errors = new List<double>();
        for (var step = 0; step < 300; step++)
        {
            using var inner = NewDisposeScope();
            var loss = contents.Loss(scores.softmax(1), batch.Input(torch.zeros(Size, Codes)) with { Normalised = images }, (name, value) =>
                errors.Add(name == "embeddingError" ? value.item<float>() : double.NaN)
            )!;
            Assert.Equal(2 * errors[^1], loss.item<float>(), 1e-4);
            loss.backward();
            contents.Step();
            using (no_grad())
                scores.sub_(scores.grad! * 20);
            scores.grad!.zero_();
        }
        // Heads alone could say the mean of each (y, z, tone): the codes must say more.
        Assert.InRange(errors[^1], 0, 0.75 * errors[0]);
    }

    [Fact]
    public void The_value_of_the_straight_through_code_is_the_decision_and_its_gradient_the_assignments()
    {
        var assignment = torch.rand(5, Codes).softmax(1).requires_grad_(true);
        var code = DiscreteBottleneck.StraightThrough(assignment);
        Assert.Equal(DiscreteBottleneck.Decide(assignment).data<long>(), code.argmax(1).data<long>());
        Assert.Equal(0, (code.sum(1) - 1).abs().amax().item<float>(), 1e-5);
        var weights = torch.rand(5, Codes);
        (code * weights).sum().backward();
        Assert.Equal(0, (assignment.grad! - weights).abs().amax().item<float>(), 1e-6);
    }

    // Forgets z, and is to keep what stands behind it.
    private static TaskAndAttributes Retaining(ToyBatch batch) =>
        batch.Labels with
        {
            Attributes = [batch.Labels.Attributes[0]],
            Joints = [batch.Labels.Joints[0]],
            Retained = [batch.Labels.Attributes[1]],
        };

    public void Dispose() => _scope.Dispose();
}
