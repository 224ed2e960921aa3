using Efface.Detachment;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

[Collection(Models.SharedTorch.Name)]
public sealed class CodeContentsTests : IDisposable
{
    private const int Codes = 6, Size = 60;

    private static readonly Recipe Kept = Recipes.Named("strict") with { Reconstruction = 2, Retention = 0.5 };

    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Where_nothing_is_to_be_kept_nothing_is_paid()
    {
        using var batch = ToyBatch.Random(Size);
        using var contents = new CodeContents(Kept with { Reconstruction = 0 }, [], Codes, [3, 16, 16], CPU);
        Assert.Null(contents.Loss(torch.rand(Size, Codes), batch.Input(torch.zeros(Size, Codes)), (_, _) => throw new InvalidOperationException("nothing to measure")));
    }

    [Fact]
    public void The_loss_is_the_weighted_sum_of_what_is_measured_and_what_is_retained_stands_behind_what_is_forgotten()
    {
        using var batch = ToyBatch.Random(Size);
        var tone = batch.Labels.Attributes[1];
        using var contents = new CodeContents(Kept, [tone], Codes, [3, 16, 16], CPU);
        var measured = new Dictionary<string, double>();
        var loss = contents.Loss(torch.rand(Size, Codes).softmax(1), batch.Input(torch.zeros(Size, Codes)), (name, value) => measured[name] = value.item<float>())!;
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
        using var contents = new CodeContents(Kept with { Reconstruction = 0 }, [tone], Codes, [3, 16, 16], CPU);
        var scores = torch.zeros(Size, Codes, requires_grad: true);
        using (no_grad()) nn.init.normal_(scores, 0, 0.1);
        var last = 0.0;
        for (var step = 0; step < 400; step++)
        {
            using var inner = NewDisposeScope();
            var loss = contents.Loss(scores.softmax(1), batch.Input(torch.zeros(Size, Codes)), (_, _) => { })!;
            loss.backward();
            contents.Step();
            using (no_grad()) scores.sub_(scores.grad! * 20);
            scores.grad!.zero_();
            last = loss.item<float>() / 0.5;
        }
        Assert.InRange(last, 0, 0.2);
        var codes = DiscreteBottleneck.Decide(scores.softmax(1)).data<long>().ToArray();
        Assert.All(codes.Zip(tone.Labels).GroupBy(pair => pair.First), code => Assert.Single(code.Select(pair => pair.Second).Distinct()));
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

    public void Dispose() => _scope.Dispose();
}
