using Efface.Data;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class LiveTensorsTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("paper")]
    [InlineData("strict")]
    public void Three_hundred_steps_of_a_schedule_leave_no_tensor_behind(string recipe)
    {
        using var table = ToyTables.Visible(train: 32, validation: 8);
        using var model = ToyTraining.Model(table, ToyTraining.Named(recipe));
        using var schedule = ToyTraining.Schedule(model, table, ToyTraining.Named(recipe));
        using var inputs = NewDisposeScope();
        var input = ToyTraining.Input(table);

        var live = Enumerable
            .Range(0, 310)
            .Select(_ =>
            {
                using (NewDisposeScope())
                    schedule.Step(input);
                return Live();
            })
            .ToArray();

        // The first steps make what optimisers and measurements keep.
        Assert.Equal(live[10], live[^1]);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("paper")]
    [InlineData("strict")]
    public void Three_hundred_steps_of_a_training_leave_no_tensor_behind(string recipe)
    {
        using var table = ToyTables.Visible(train: 16 * 25, validation: 8);
        using var model = ToyTraining.Model(table, ToyTraining.Named(recipe));
        var live = new List<long>();
        // The readers' threads make a batch's images, task and two attributes, this one disposes of them: they are added here,
        // for each step and for each epoch's one batch of validation.
        var observer = new ToyObserver(progress => live.Add(Live() + 4 * (live.Count + 1 + progress.Epoch)));
        ToyTraining.Train(model, table, ToyTraining.Named(recipe), ToyTraining.Options with { BatchSize = 16, Epochs = 12 }, observer);

        Assert.Equal(300, live.Count);
        Assert.Equal(Epoch(live, 1), Epoch(live, 11));
    }

    [Fact]
    public void A_model_that_is_evaluated_leaves_no_tensor_behind()
    {
        using var table = ToyTables.Visible(train: 16, validation: 8);
        using var model = ToyTraining.Model(table);
        var normalisation = Normalisation.Of(table);
        var before = Live();
        Evaluation.Fidelity(model.Network, normalisation, ToyTraining.Loader(table, Part.Validation, 4));

        // Two batches of four tensors, as above.
        Assert.Equal(before - 8, Live());
    }

    // Each step of one epoch of 25.
    private static IEnumerable<long> Epoch(List<long> live, int epoch) => live.Skip(epoch * 25).Take(25);

    // A thread's count is not touched by the garbage collector, which would hide what was forgotten.
    private static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
