using Efface.Data;
using Efface.Detachment;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class ScheduleTests : IDisposable
{
    private static readonly TrainingOptions NoDecay = ToyTraining.Options with { WeightDecay = 0 };
    private static readonly Recipe Nothing = ToyTraining.Paper with
    {
        Settings = ToyTraining.Paper.Settings with { Weights = new LossWeights(0, 0, 0) },
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ImageTable _table = ToyTables.Visible(train: 48, validation: 16);

    public void Dispose()
    {
        _table.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void In_a_local_schedule_the_task_does_not_reach_the_extractor()
    {
        var (extractor, classifier) = Moved(Nothing, ScheduleKind.Local);

        Assert.Equal(0, extractor);
        Assert.True(classifier > 0);
    }

    [Fact]
    public void In_a_local_schedule_the_detacher_trains_the_extractor_and_not_the_classifier()
    {
        Assert.True(Moved(ToyTraining.Paper, ScheduleKind.Local).Extractor > 0);
        // One step from the same weights: the classifier sees the same h whatever the extractor is told.
        Assert.Equal(Moved(Nothing, ScheduleKind.Local).Classifier, Moved(ToyTraining.Paper, ScheduleKind.Local).Classifier);
    }

    [Fact]
    public void From_end_to_end_the_task_reaches_the_extractor()
    {
        var (extractor, classifier) = Moved(Nothing, ScheduleKind.EndToEnd);

        Assert.True(extractor > 0);
        Assert.True(classifier > 0);
    }

    [Fact]
    public void Plain_training_reaches_both() => Assert.True(Moved(null, null) is { Extractor: > 0, Classifier: > 0 });

    [Theory]
    [InlineData("plain", null, typeof(SequentialSchedule), "-")]
    [InlineData("paper", null, typeof(SequentialSchedule), "AuxiliaryNetwork -")]
    [InlineData("paper", ScheduleKind.Local, typeof(SequentialSchedule), "AuxiliaryNetwork -")]
    [InlineData("paper", ScheduleKind.EndToEnd, typeof(SequentialSchedule), "AuxiliaryNetwork")]
    [InlineData("paper", ScheduleKind.Pipelined, typeof(PipelinedSchedule), "AuxiliaryNetwork -")]
    [InlineData("strict", null, typeof(SequentialSchedule), "CodeInformation")]
    [InlineData("strict", ScheduleKind.Local, typeof(SequentialSchedule), "AuxiliaryNetwork CodeInformation")]
    [InlineData("strict", ScheduleKind.Pipelined, typeof(PipelinedSchedule), "AuxiliaryNetwork CodeInformation")]
    [InlineData("adversarial", null, typeof(SequentialSchedule), "AuxiliaryNetwork")]
    [InlineData("adversarial", ScheduleKind.Local, typeof(SequentialSchedule), "AuxiliaryNetwork -")]
    [InlineData("hsic", null, typeof(SequentialSchedule), "KernelIndependence")]
    public void A_recipe_has_its_blocks_and_their_detachers(string recipe, ScheduleKind? kind, Type schedule, string detachers)
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Named(recipe));
        using var made = ToyTraining.Schedule(model, _table, ToyTraining.Named(recipe), kind: kind);

        Assert.IsType(schedule, made);
        Assert.Equal(detachers, string.Join(' ', made.Blocks.Select(block => block.Detacher?.GetType().Name ?? "-")));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("paper")]
    [InlineData("strict")]
    [InlineData("adversarial")]
    [InlineData("hsic")]
    public void A_step_reports_the_classifiers_loss_and_hits_without_a_graph(string recipe)
    {
        using TrainedModel model = ToyTraining.Model(_table, ToyTraining.Named(recipe)),
            twin = ToyTraining.Model(_table, ToyTraining.Named(recipe));
        var input = ToyTraining.Input(_table);
        var logits = twin.Network.call(input.Input);
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Named(recipe));

        var result = schedule.Step(input);
        Assert.Equal(nn.functional.cross_entropy(logits, input.Batch.Task).ToSingle(), result.TaskLoss.ToSingle(), 1e-5);
        Assert.Equal(logits.argmax(1).eq(input.Batch.Task).sum().ToInt64(), result.Correct.ToInt64());
        Assert.Equal(recipe != "plain", result.DetachmentLoss is not null);
        Assert.False(result.TaskLoss.requires_grad || result.DetachmentLoss is { requires_grad: true });
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("paper")]
    [InlineData("strict")]
    [InlineData("adversarial")]
    [InlineData("hsic")]
    public void No_gradient_is_left_for_the_next_step(string recipe)
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Named(recipe));
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Named(recipe));
        schedule.Step(ToyTraining.Input(_table));

        Assert.All(model.Network.parameters(), parameter =>
            Assert.True(parameter.grad is null || parameter.grad.abs().sum().ToSingle() == 0)
        );
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("paper")]
    [InlineData("strict")]
    [InlineData("adversarial")]
    [InlineData("hsic")]
    public void A_step_of_size_zero_moves_no_weight_of_the_network(string recipe)
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Named(recipe));
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Named(recipe));
        var before = ToyTraining.Values(model.Network.parameters());
        schedule.Step(ToyTraining.Input(_table, rateFactor: 0));

        Assert.Equal(before, ToyTraining.Values(model.Network.parameters()));
    }

    // How far one step moves the weights before and behind the split.
    private (double Extractor, double Classifier) Moved(Recipe? recipe, ScheduleKind? kind)
    {
        using var model = ToyTraining.Model(_table, recipe);
        using var schedule = ToyTraining.Schedule(model, _table, recipe, NoDecay, kind);
        Tensor[] extractor = [.. model.Network.Parameters(..(model.Split + 1))],
            classifier = [.. model.Network.Parameters((model.Split + 1)..)];
        var before = (ToyTraining.Values(extractor), ToyTraining.Values(classifier));
        schedule.Step(ToyTraining.Input(_table));
        return (Distance(before.Item1, extractor), Distance(before.Item2, classifier));
    }

    private static double Distance(float[][] before, Tensor[] after) =>
        before.Zip(ToyTraining.Values(after), (a, b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Sum()).Sum();
}
