using Efface.Data;
using Efface.Models;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { BatchSize = 8, Epochs = 3 };

    // Four batches an epoch; class 1 is right for 7 of 10 validation images.
    private readonly ImageTable _table = Table(train: 32);
    private StagedNetwork _network = ToyNetworks.Small();

    public void Dispose()
    {
        _table.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void Every_step_and_epoch_is_told()
    {
        var observer = new ToyObserver();
        Run(step => step % 4, Options, observer);

        Assert.Equal(Enumerable.Range(0, 12).Select(i => (i / 4, i % 4 + 1)), observer.Steps.Select(step => (step.Epoch, step.Step)));
        Assert.All(observer.Steps, step => Assert.Equal((3, 4), (step.Epochs, step.Steps)));
        Assert.All(observer.Steps, step => Assert.True(step.Remaining >= TimeSpan.Zero && step.ImagesPerSecond > 0));
        Assert.Equal([1, 2, 3], observer.Epochs.Select(epoch => epoch.Epoch));
        Assert.All(observer.Epochs, epoch => Assert.Equal(1.5, epoch.TaskLoss, 1e-6));
    }

    [Fact]
    public void Steps_see_the_network_in_training_mode_the_ramp_and_the_rate()
    {
        using var schedule = new ScriptedSchedule(_network, _ => 1);
        ToyTraining.Run(schedule, _table, Options, ramp: 0.5, cancel: TestContext.Current.CancellationToken);

        Assert.All(schedule.Inputs, input => Assert.True(input.Training));
        foreach (var (i, input) in schedule.Inputs.Index())
        {
            Assert.Equal(Math.Min(1, i / 6.0), input.Strength, 1e-9);
            Assert.Equal(Options.RateFactor(i / 12.0), input.RateFactor, 1e-9);
        }
        Assert.Equal(12, schedule.Inputs.Count);
    }

    [Fact]
    public void Without_a_ramp_forgetting_has_its_full_strength_at_once()
    {
        using var schedule = new ScriptedSchedule(_network, _ => 1);
        ToyTraining.Run(schedule, _table, Options, cancel: TestContext.Current.CancellationToken);

        Assert.All(schedule.Inputs, input => Assert.Equal(1, input.Strength));
    }

    [Fact]
    public void What_a_probe_finds_is_told_and_pulls_from_the_next_epoch_on()
    {
        using var schedule = new ScriptedSchedule(_network, _ => 1);
        var observer = new ToyObserver();
        ToyTraining.Run(schedule, _table, Options, observer, probe: new ScriptedProbe(), cancel: TestContext.Current.CancellationToken);

        // Four steps an epoch; it looks after the second.
        Assert.Equal([1, 1, 3], schedule.Inputs.Chunk(4).Select(epoch => epoch.Select(input => input.Strength).Distinct().Single()));
        Assert.Equal([null, 0.25, null], observer.Epochs.Select(epoch => epoch.ProbedLeaks?["z"]));
        Assert.Equal([1, 3, 3], observer.Epochs.Select(epoch => epoch.Pull!.Value));
    }

    private sealed class ScriptedProbe : IProbe
    {
        public ProbeReading? Read(int epoch) => epoch == 2 ? new ProbeReading(new Dictionary<string, double> { ["z"] = 0.25 }, 3) : null;

        public void Exchange(Snapshot snapshot) { }
    }

    [Fact]
    public void Without_patience_training_goes_to_the_end_and_keeps_its_last_weights()
    {
        var result = Run(step => Say(step < 8 ? 1 : 0), Options);

        Assert.Equal((3, 0.3, false, null), (result.Epochs, Math.Round(result.Fidelity, 6), result.Interrupted, result.Diverged));
        Assert.Equal(0, Said());
    }

    [Fact]
    public void Patience_stops_after_so_many_epochs_without_a_better_one_and_goes_back_to_the_best()
    {
        var result = Run(step => Say(step / 4 == 1 ? 1 : 0), Options with { Epochs = 9, Patience = 2 });

        Assert.Equal((4, 0.7), (result.Epochs, Math.Round(result.Fidelity, 6)));
        Assert.Equal(1, Said());
    }

    [Fact]
    public void Patience_goes_back_to_the_best_also_at_the_last_epoch()
    {
        var result = Run(step => Say(step / 4 == 1 ? 1 : 0), Options with { Patience = 5 });

        Assert.Equal((3, 0.7), (result.Epochs, Math.Round(result.Fidelity, 6)));
        Assert.Equal(1, Said());
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_training_with_the_last_good_weights()
    {
        var result = Run(
            step =>
            {
                Say(step < 4 ? 1 : 0);
                return step == 6 ? double.NaN : 1;
            },
            Options
        );

        Assert.Equal((1, 0.7, false), (result.Epochs, Math.Round(result.Fidelity, 6), result.Interrupted));
        Assert.Contains("task loss became NaN in epoch 2", result.Diverged, StringComparison.Ordinal);
        Assert.Equal(1, Said());
    }

    [Fact]
    public void A_divergence_in_the_first_epoch_gives_no_infinite_fidelity()
    {
        var result = Run(_ => double.NaN, Options);

        Assert.NotNull(result.Diverged);
        Assert.False(double.IsInfinity(result.Fidelity), $"The fidelity is {result.Fidelity}.");
    }

    [Fact]
    public void A_divergence_is_told_with_the_step_at_which_it_was_seen()
    {
        var observer = new ToyObserver();
        var result = Run(_ => double.NaN, Options, observer);

        // The loss is looked at in the epoch's last step, the fourth, which is not told any more.
        Assert.Equal(3, observer.Steps.Count);
        Assert.Contains("step 4.", result.Diverged, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_after_the_batch_at_hand()
    {
        using var cancel = new CancellationTokenSource();
        using var schedule = new ScriptedSchedule(_network, step => Say(step));
        var observer = new ToyObserver(progress =>
        {
            if ((progress.Epoch, progress.Step) == (1, 2))
                cancel.Cancel();
        });
        var result = ToyTraining.Run(schedule, _table, Options, observer, cancel: cancel.Token);

        Assert.Equal(6, schedule.Inputs.Count);
        Assert.Equal((1, true, null), (result.Epochs, result.Interrupted, result.Diverged));
        Assert.Single(observer.Epochs);
        Assert.Equal(5, Said());
    }

    [Fact]
    public void Cancelled_before_it_starts_training_does_nothing()
    {
        using var schedule = new ScriptedSchedule(_network, _ => 1);
        var result = ToyTraining.Run(schedule, _table, Options, cancel: new CancellationToken(canceled: true));

        Assert.Empty(schedule.Inputs);
        Assert.Equal((0, true), (result.Epochs, result.Interrupted));
    }

    [Fact]
    public void Cancelling_while_an_epoch_waits_for_its_first_batch_interrupts_as_well()
    {
        using var cancel = new CancellationTokenSource();
        _network = new StagedNetwork([.. ToyNetworks.Small().Stages, new Stage("end", new CallsBack(() => cancel.Cancel()))]);
        using var schedule = new ScriptedSchedule(_network, _ => 1);
        var result = ToyTraining.Run(schedule, _table, Options, cancel: cancel.Token);

        Assert.Equal((0, true), (result.Epochs, result.Interrupted));
    }

    private static ImageTable Table(int train)
    {
        var count = train + 10;
        return new ImageTable(
            "blank",
            zeros(count, 3, 16, 16, uint8),
            [
                ToyTables.Labels("y", 2, count, Task),
                ToyTables.Labels("z", 2, count, row => row % 2),
                ToyTables.Labels("tone", 3, count, row => row % 3),
            ],
            [.. Enumerable.Range(0, count).Select(row => row < train ? Part.Train : Part.Validation)]
        );

        int Task(int row) =>
            row < train ? row % 2
            : row - train < 7 ? 1
            : 0;
    }

    private TrainingResult Run(Func<int, double> script, TrainingOptions options, ToyObserver? observer = null)
    {
        using var schedule = new ScriptedSchedule(_network, script);
        return ToyTraining.Run(schedule, _table, options, observer);
    }

    // The network answers class 1 for a positive number and class 0 for zero, whatever the image.
    private double Say(int number)
    {
        using var noGradient = no_grad();
        var (weight, bias) = (Head()[0], Head()[1]);
        weight.fill_(0);
        bias[0] = -(float)number + 0.5f;
        bias[1] = (float)number;
        return 1;
    }

    private double Said() => Head()[1][1].ToDouble();

    private IReadOnlyList<Tensor> Head() => _network.Parameters(^1..);

    private sealed class CallsBack(Action onTraining) : Module<Tensor, Tensor>(nameof(CallsBack))
    {
        public override void train(bool on = true)
        {
            base.train(on);
            onTraining();
        }

        public override Tensor forward(Tensor input) => input.alias();
    }
}
