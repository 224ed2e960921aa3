using System.Runtime;
using Efface.Data;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class PipelinedScheduleTests : IDisposable
{
    private readonly int _threads = get_num_threads();
    private readonly ImageTable _table = ToyTables.Visible(train: 160, validation: 16);

    // As many threads for an operation as a worker of the pipeline has: sums of other shares differ in the last bit.
    public PipelinedScheduleTests() => set_num_threads(1);

    public void Dispose()
    {
        set_num_threads(_threads);
        _table.Dispose();
    }

    [Theory]
    [InlineData("paper", new int[0])]
    [InlineData("paper", new[] { 1, 3, 5, 7 })]
    [InlineData("strict", new int[0])]
    [InlineData("strict", new[] { 2, 4 })]
    [InlineData("adversarial", new[] { 4 })]
    public void Pipelined_weights_and_measurements_are_the_local_ones_bit_for_bit(string recipe, int[] ends)
    {
        var (local, heard) = Trained(recipe, ScheduleKind.Local, ends);
        var (pipelined, heardAgain) = Trained(recipe, ScheduleKind.Pipelined, ends);

        Assert.Equal(local, pipelined);
        Assert.Equal(
            heard.Select(epoch => (epoch.TaskLoss, epoch.DetachmentLoss, epoch.TrainingFidelity, epoch.Fidelity)),
            heardAgain.Select(epoch => (epoch.TaskLoss, epoch.DetachmentLoss, epoch.TrainingFidelity, epoch.Fidelity))
        );
        Assert.Equal(heard.SelectMany(epoch => epoch.Information), heardAgain.SelectMany(epoch => epoch.Information));
        Assert.NotEqual(local, Trained(recipe, ScheduleKind.EndToEnd, ends).Weights);
    }

    [Fact]
    public void Results_come_in_the_order_of_the_batches()
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Paper, network: ToyNetworks.Residual());
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Paper, kind: ScheduleKind.Pipelined);
        var observer = new ToyObserver();
        ToyTraining.Run(
            schedule,
            _table,
            ToyTraining.Options with
            {
                BatchSize = 8,
            },
            observer,
            cancel: TestContext.Current.CancellationToken
        );

        Assert.Equal(Enumerable.Range(0, 40).Select(i => (i / 20, i % 20 + 1)), observer.Steps.Select(step => (step.Epoch, step.Step)));
    }

    [Fact]
    public void What_goes_wrong_in_a_worker_is_told_to_the_caller()
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Paper);
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Paper, kind: ScheduleKind.Pipelined);
        var inputs = Enumerable.Range(0, 20).Select(i => Input(i == 7));

        var fault = Assert.ThrowsAny<Exception>(() => schedule.Run(inputs).Count());
        Assert.Contains("channels", fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Whoever_stops_listening_leaves_no_batch_half_done()
    {
        var (one, other) = (Steps(ScheduleKind.Pipelined, listened: 3), Steps(ScheduleKind.Local, listened: 20));

        // All blocks have seen the same number of batches: the weights are those of some number of local steps.
        Assert.Contains(other, weights => weights.SelectMany(values => values).SequenceEqual(one[^1].SelectMany(values => values)));

        List<float[][]> Steps(ScheduleKind kind, int listened)
        {
            using var model = ToyTraining.Model(_table, ToyTraining.Paper);
            using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Paper, kind: kind);
            var seen = new List<float[][]>();
            foreach (var _ in schedule.Run(Enumerable.Range(0, 20).Select(_ => Input())))
            {
                if (kind == ScheduleKind.Local)
                    seen.Add(ToyTraining.Values(model.Network.parameters()));
                if (--listened == 0)
                    break;
            }
            seen.Add(ToyTraining.Values(model.Network.parameters()));
            return seen;
        }
    }

    [Fact]
    public void A_hundred_steps_of_a_pipeline_leave_no_tensor_behind()
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Paper);
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Paper, kind: ScheduleKind.Pipelined);
        Twenty();
        // A garbage collection would hide what was forgotten.
        GC.TryStartNoGCRegion(200_000_000);
        var before = Twenty();
        for (var i = 0; i < 4; i++)
            Twenty();
        var after = Twenty();
        var isUncollected = GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;
        if (isUncollected)
            GC.EndNoGCRegion();

        Assert.True(isUncollected);
        Assert.Equal(before, after);

        long Twenty()
        {
            foreach (var result in schedule.Run(Enumerable.Range(0, 20).Select(_ => Input())))
            foreach (var tensor in new[] { result.TaskLoss, result.DetachmentLoss!, result.Correct })
                tensor.Dispose();
            return Tensor.TotalCount;
        }
    }

    [Fact]
    public void A_pipeline_gives_the_callers_threads_back()
    {
        set_num_threads(2);
        using var model = ToyTraining.Model(_table, ToyTraining.Paper);
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Paper, kind: ScheduleKind.Pipelined);
        Assert.Equal(3, schedule.Run(Enumerable.Range(0, 3).Select(_ => Input())).Count());

        Assert.Equal(2, get_num_threads());
    }

    [Fact]
    public void Blocks_on_named_devices_hand_their_batches_over()
    {
        Assert.Equal(
            Trained("paper", ScheduleKind.Pipelined, [2]).Weights,
            Trained("paper", ScheduleKind.Pipelined, [2], [CPU, CPU]).Weights
        );
    }

    private (float[][] Weights, List<EpochMetrics> Epochs) Trained(string recipe, ScheduleKind kind, int[] ends, Device[]? devices = null)
    {
        using var model = ToyTraining.Model(_table, ToyTraining.Named(recipe), network: ToyNetworks.Residual());
        if (devices is not null)
            Schedules.Place(model.Network, ends, devices);
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Named(recipe), kind: kind, ends: ends);
        var observer = new ToyObserver();
        ToyTraining.Run(schedule, _table, ToyTraining.Options, observer, ramp: 0.5, cancel: TestContext.Current.CancellationToken);
        return (ToyTraining.State(model.Network), observer.Epochs);
    }

    private StepInput Input(bool isWrong = false)
    {
        using var scope = NewDisposeScope();
        var input = ToyTraining.Input(_table);
        if (isWrong)
            input = input with { Input = input.Input[.., ..2] };
        foreach (var tensor in (Tensor[])[input.Input, input.Originals])
            tensor.DetachFromDisposeScope();
        return input;
    }
}
