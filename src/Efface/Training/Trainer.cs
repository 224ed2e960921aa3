using System.Diagnostics;
using Efface.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>How a training ended.</summary>
/// <param name="Epochs">Epochs that were finished.</param>
/// <param name="Fidelity">Validation fidelity of the weights that were kept.</param>
/// <param name="Interrupted">Whether the user stopped it; the weights are those of the last step.</param>
/// <param name="Diverged">The cause, when a loss ceased to be a number; the weights are the last good ones.</param>
public sealed record TrainingResult(int Epochs, double Fidelity, bool Interrupted, string? Diverged);

/// <summary>Runs a schedule over epochs.</summary>
/// <param name="schedule">What a step does.</param>
/// <param name="options">Epochs, step sizes, seed.</param>
/// <param name="normalisation">The data set's.</param>
/// <param name="augmentation">What training images go through.</param>
/// <param name="ramp">λ3 rises over this first share of training.</param>
/// <param name="probe">Looks at h now and then, and may say how strongly to pull; null for none.</param>
public sealed class Trainer(Schedule schedule, TrainingOptions options, Normalisation normalisation, Augmentation augmentation, double ramp = 0, IProbe? probe = null)
{
    private double _pull = 1;

    /// <summary>Trains, and leaves the network with the weights that are to be kept.</summary>
    /// <param name="training">Training images.</param>
    /// <param name="validation">Validation images.</param>
    /// <param name="observer">Hears of every step and epoch.</param>
    /// <param name="cancel">Ends after the batch at hand.</param>
    public TrainingResult Run(BatchLoader training, BatchLoader validation, ITrainingObserver? observer = null, CancellationToken cancel = default)
    {
        using var random = new Generator((ulong)options.Seed);
        using var guard = new NumericGuard(schedule.Network);
        var (epoch, best, bestEpoch, fidelity) = (0, double.NegativeInfinity, 0, double.NaN);
        try
        {
            for (; epoch < options.Epochs && !cancel.IsCancellationRequested; epoch++)
            {
                var metrics = RunEpoch(epoch, training, validation, random, guard, observer, cancel);
                if (metrics is null) break;
                fidelity = metrics.Fidelity;
                observer?.OnEpoch(metrics);
                if (options.Patience is null || fidelity > best)
                {
                    (best, bestEpoch) = (fidelity, epoch);
                    guard.Remember(metrics.Epoch);
                }
                else if (epoch - bestEpoch >= options.Patience)
                {
                    epoch++;
                    break;
                }
            }
        }
        catch (TrainingDivergedException diverged)
        {
            return new TrainingResult(epoch, double.IsFinite(best) ? best : double.NaN, false, diverged.Message);
        }
        if (cancel.IsCancellationRequested) return new TrainingResult(epoch, fidelity, true, null);
        if (options.Patience is not null) guard.Restore();
        return new TrainingResult(epoch, options.Patience is null ? fidelity : best, false, null);
    }

    private EpochMetrics? RunEpoch(int epoch, BatchLoader training, BatchLoader validation, Generator random, NumericGuard guard, ITrainingObserver? observer, CancellationToken cancel)
    {
        schedule.Network.train();
        using var sums = new EpochSums();
        var clock = Stopwatch.StartNew();
        var (step, images) = (0, 0);
        foreach (var batch in training.Epoch(HashCode(options.Seed, epoch), cancel))
        {
            images += batch.Size;
            using (batch) sums.Add(Step(batch, (double)(epoch * training.Batches + step) / (options.Epochs * training.Batches), random));
            if (++step % NumericGuard.Interval == 0 || step == training.Batches) sums.Check(guard, epoch + 1, step);
            var speed = images / clock.Elapsed.TotalSeconds;
            var left = training.Images * (options.Epochs - epoch) - images;
            observer?.OnStep(new StepProgress(epoch, options.Epochs, step, training.Batches, speed, TimeSpan.FromSeconds(left / speed)));
            if (cancel.IsCancellationRequested) break;
        }
        if (cancel.IsCancellationRequested) return null;
        var seconds = clock.Elapsed.TotalSeconds;
        var reading = probe?.Read(epoch + 1);
        _pull = reading?.Factor ?? _pull;
        return new EpochMetrics
        {
            Epoch = epoch + 1,
            Epochs = options.Epochs,
            TaskLoss = sums.TaskLoss,
            DetachmentLoss = schedule.Detacher is null ? null : sums.DetachmentLoss,
            Information = schedule.Detacher?.Drain() ?? new Dictionary<string, double>(),
            ProbedLeaks = reading?.Leaks,
            Pull = probe is null ? null : _pull,
            TrainingFidelity = sums.Correct / training.Images,
            Fidelity = Evaluation.Fidelity(schedule.Network, normalisation, validation),
            Seconds = seconds,
            ImagesPerSecond = training.Images / seconds,
            PeakMemory = Process.GetCurrentProcess().PeakWorkingSet64,
        };
    }

    private StepResult Step(Batch read, double progress, Generator random)
    {
        using var scope = NewDisposeScope();
        var batch = read.To(schedule.Network.parameters().First().device);
        var images = augmentation.Apply(batch.Images, random);
        var result = schedule.Step(new StepInput(
            normalisation.Apply(images),
            schedule.Detacher is null ? images : images.to_type(ScalarType.Float32).div_(255),
            batch,
            _pull * (ramp <= 0 ? 1 : Math.Min(1, progress / ramp)),
            options.RateFactor(progress)));
        return new StepResult(result.TaskLoss.MoveToOuterDisposeScope(), result.DetachmentLoss?.MoveToOuterDisposeScope(), result.Correct.MoveToOuterDisposeScope());
    }

    // System.HashCode differs from process to process; the order of images must not.
    private static int HashCode(int seed, int epoch) => unchecked(seed * 1_000_003 + epoch * 7919 + 1);

    /// <summary>Sums on the device, read once an epoch.</summary>
    private sealed class EpochSums : IDisposable
    {
        private readonly Dictionary<string, Tensor> _sums = [];
        private int _steps;

        public double TaskLoss => Mean("task");

        public double DetachmentLoss => Mean("detachment");

        public double Correct => _sums["correct"].ToDouble();

        public void Add(StepResult result)
        {
            _steps++;
            Add("task", result.TaskLoss);
            using (result.Correct) Add("correct", result.Correct.to_type(ScalarType.Float32, copy: true));
            if (result.DetachmentLoss is { } detachment) Add("detachment", detachment);
        }

        public void Check(NumericGuard guard, int epoch, int step)
        {
            foreach (var (name, sum) in _sums.Where(entry => entry.Key != "correct"))
            {
                using var mean = sum / _steps;
                guard.Check(name, mean, epoch, step);
            }
        }

        public void Dispose()
        {
            foreach (var sum in _sums.Values) sum.Dispose();
        }

        private double Mean(string name) => _sums[name].ToDouble() / _steps;

        private void Add(string name, Tensor value)
        {
            using (value)
                if (_sums.TryGetValue(name, out var sum)) sum.add_(value);
                else _sums[name] = value.clone().DetachFromDisposeScope();
        }
    }
}
