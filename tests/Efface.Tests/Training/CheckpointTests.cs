using Efface.Data;
using Efface.Models;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Training;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

[Collection(SharedTorch.Name)]
public sealed class CheckpointTests : IDisposable
{
    private readonly ImageTable _table = ToyTables.Visible(train: 96, validation: 20);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"efface-checkpoint-{Guid.NewGuid():N}");

    public void Dispose()
    {
        _table.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("plain", null)]
    [InlineData("paper", null)]
    [InlineData("paper", ScheduleKind.Pipelined)]
    [InlineData("strict", null)]
    [InlineData("strict", ScheduleKind.Local)]
    [InlineData("hsic", null)]
    public void A_training_that_was_stopped_after_any_step_ends_with_the_weights_of_one_that_was_not(string recipe, ScheduleKind? kind)
    {
        var whole = Trained(recipe, kind, stopAfter: null);
        // Twelve steps in three epochs: inside an epoch, at its end, before its first batch.
        foreach (var stop in new[] { 1, 4, 6, 11 })
        {
            if (Directory.Exists(_folder))
                Directory.Delete(_folder, recursive: true);
            Trained(recipe, kind, stopAfter: stop);
            var (weights, epochs) = Trained(recipe, kind, stopAfter: null, seed: 9);

            Assert.Equal(whole.Weights, weights);
            // What an epoch's line says does not depend on the break in it.
            Assert.Equal(Told(whole.Epochs.TakeLast(epochs.Count)), Told(epochs));
        }
    }

    [Fact]
    public void Going_on_again_and_again_ends_in_the_same_place()
    {
        var whole = Trained("strict", null, stopAfter: null).Weights;
        for (var i = 0; i < 11; i++)
            Trained("strict", null, stopAfter: 1, seed: i);

        Assert.Equal(whole, Trained("strict", null, stopAfter: null, seed: 20).Weights);
    }

    [Fact]
    public void Patience_remembers_the_best_epoch_over_a_break()
    {
        var options = ToyTraining.Options with { Epochs = 6, Patience = 1, LearningRate = 3 };
        var whole = Trained("plain", null, null, options: options);
        Trained("plain", null, stopAfter: 5, options: options);

        Assert.Equal(whole.Weights, Trained("plain", null, null, seed: 9, options: options).Weights);
    }

    [Fact]
    public void A_state_that_cannot_be_written_is_told_and_the_one_before_stays()
    {
        Trained("plain", null, stopAfter: 4);
        var file = Assert.Single(Directory.GetFiles(_folder));
        var before = File.ReadAllBytes(file);
        var told = new List<string>();
        // A folder stands where the temporary file would be written: nobody can, not even root.
        Directory.CreateDirectory(file + ".partial");

        Trained("plain", null, stopAfter: null, told: told);
        Assert.All(told, note => Assert.Contains("cannot be saved", note, StringComparison.Ordinal));
        Assert.NotEmpty(told);
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(-100)]
    public void A_state_that_was_cut_off_is_refused(int length)
    {
        Trained("plain", null, stopAfter: 4);
        var file = Assert.Single(Directory.GetFiles(_folder));
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(length >= 0 ? length : bytes.Length + length)]);

        var problem = Assert.Single(Assert.Throws<InvalidInputException>(() => Trained("plain", null, null)).Problems);
        Assert.Contains(file, problem.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void The_state_of_another_training_is_refused()
    {
        Trained("paper", null, stopAfter: 4);

        Assert.Throws<InvalidInputException>(() => Trained("strict", null, null));
    }

    [Fact]
    public void A_snapshot_gives_back_every_bit()
    {
        var path = Path.Combine(Path.GetTempPath(), $"efface-snapshot-{Guid.NewGuid():N}");
        using Tensor saved = randn(3, 4),
            none = zeros(0);
        Snapshot.Save(path, snapshot => Exchange(snapshot, saved, double.NaN, long.MinValue, "λ\n"));
        Snapshot.Restore(path, snapshot => Exchange(snapshot, null, 0, 0, ""));
        File.Delete(path);

        void Exchange(Snapshot snapshot, Tensor? tensor, double number, long whole, string text)
        {
            using var back = snapshot.IsRestoring ? snapshot.Exchange("tensor", tensor) : snapshot.Exchange("tensor", tensor)!.alias();
            Assert.Equal(saved.data<float>().ToArray(), back!.data<float>().ToArray());
            Assert.Equal(double.NaN, snapshot.Exchange("number", number));
            Assert.Equal(double.NegativeInfinity, snapshot.Exchange("infinite", snapshot.IsRestoring ? 0.0 : double.NegativeInfinity));
            Assert.Equal(long.MinValue, snapshot.Exchange("whole", whole));
            Assert.Equal("λ\n", snapshot.Exchange("text", text));
            Assert.Null(snapshot.Exchange("nothing", (Tensor?)null));
            Assert.Equal(1L, snapshot.Of("part").Exchange("whole", 1L));
        }
    }

    private static IEnumerable<object?> Told(IEnumerable<EpochMetrics> epochs) =>
        epochs.Select(epoch =>
            (object?)(epoch.Epoch, epoch.TaskLoss, epoch.DetachmentLoss, epoch.Fidelity, string.Join(' ', epoch.Information))
        );

    // Another seed for the network's first weights: what is gone on from must not depend on them.
    private (float[][] Weights, List<EpochMetrics> Epochs) Trained(
        string recipe,
        ScheduleKind? kind,
        int? stopAfter,
        int seed = 0,
        TrainingOptions? options = null,
        List<string>? told = null
    )
    {
        options ??= ToyTraining.Options with { Epochs = 3, BatchSize = 24 };
        using var cancel = new CancellationTokenSource();
        using var model = ToyTraining.Model(_table, ToyTraining.Named(recipe), seed);
        using var schedule = ToyTraining.Schedule(model, _table, ToyTraining.Named(recipe), options, kind);
        var steps = 0;
        var observer = new ToyObserver(_ =>
        {
            if (++steps == stopAfter)
                cancel.Cancel();
        });
        var isChecked = stopAfter is not null || told is not null || Directory.Exists(_folder);
        var checkpoint = isChecked ? new Checkpoint(_folder, TimeSpan.FromDays(1), note => told?.Add(note)) : null;
        ToyTraining.Run(schedule, _table, options, observer, 0.5, checkpoint: checkpoint, cancel: cancel.Token);
        return (ToyTraining.State(model.Network), observer.Epochs);
    }
}
