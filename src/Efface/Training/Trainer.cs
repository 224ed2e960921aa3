using System.Diagnostics;
using Efface.Data;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>How a training ended.</summary>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="Fidelity">Validation fidelity of the kept weights.</param>
/// <param name="Interrupted">Whether the user stopped it; the weights are those of the last step.</param>
/// <param name="Diverged">The cause, if a loss stopped being a number; the weights are the last good ones.</param>
public sealed record TrainingResult(int Epochs, double Fidelity, bool Interrupted, string? Diverged);

/// <summary>Runs a schedule over epochs.</summary>
/// <param name="schedule">How a step trains.</param>
/// <param name="options">Epochs, step sizes, seed.</param>
/// <param name="normalisation">The data set's.</param>
/// <param name="augmentation">The augmentation of training images.</param>
/// <param name="ramp">λ3 rises over this first share of training.</param>
/// <param name="probe">Measures h now and then, and may scale λ3; null for none.</param>
/// <param name="checkpoint">Where the state is saved, and resumed from; null for neither.</param>
internal sealed class Trainer(
    Schedule schedule,
    TrainingOptions options,
    Normalisation normalisation,
    Augmentation augmentation,
    double ramp = 0,
    IProbe? probe = null,
    Checkpoint? checkpoint = null
)
{
    private readonly Device _device = schedule.Network.Device;

    /// <summary>Trains, and leaves the network with the weights to keep.</summary>
    /// <param name="training">Training images.</param>
    /// <param name="validation">Validation images.</param>
    /// <param name="observer">Receives each step and epoch.</param>
    /// <param name="cancel">Stops after the current batch.</param>
    public TrainingResult Run(
        BatchLoader training,
        BatchLoader validation,
        ITrainingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        using var course = new Course(options.Seed, schedule.Network);
        if (checkpoint is { Exists: true })
            checkpoint.Restore(snapshot => Exchange(snapshot, course));
        try
        {
            while (!IsOver(course) && !cancel.IsCancellationRequested)
            {
                if (!Learn(course, training, observer, cancel))
                    break;
                Conclude(course, training, validation, observer);
                Save(course);
            }
        }
        catch (TrainingDivergedException diverged)
        {
            // Again, now that no block is working.
            course.Guard.Restore();
            return new TrainingResult(course.Epoch, double.IsFinite(course.Best) ? course.Best : double.NaN, false, diverged.Message);
        }
        if (cancel.IsCancellationRequested)
        {
            Save(course);
            return new TrainingResult(course.Epoch, course.Fidelity, true, null);
        }
        if (options.Patience is not null)
            course.Guard.Restore();
        return new TrainingResult(course.Epoch, options.Patience is null ? course.Fidelity : course.Best, false, null);
    }

    private bool IsOver(Course course) => course.Epoch >= options.Epochs || options.Patience <= course.Epoch - 1 - course.BestEpoch;

    // The rest of an epoch; false if the user stopped it.
    private bool Learn(Course course, BatchLoader training, ITrainingObserver? observer, CancellationToken cancel)
    {
        schedule.Network.train();
        var (clock, before) = (Stopwatch.StartNew(), course.Sums.Images);
        using var batches = training.Epoch(HashCode(options.Seed, course.Epoch), course.Sums.Steps, cancel).GetEnumerator();
        while (true)
        {
            foreach (var result in schedule.Run(Inputs(batches, course, training.Batches)))
            {
                course.Sums.Add(result);
                var step = course.Sums.Steps;
                if (step % NumericGuard.Interval == 0 || step == training.Batches)
                    course.Sums.Check(course.Guard, course.Epoch + 1);
                var speed = (course.Sums.Images - before) / clock.Elapsed.TotalSeconds;
                var left = (long)training.Images * (options.Epochs - course.Epoch) - course.Sums.Images;
                observer?.OnStep(
                    new StepProgress(course.Epoch, options.Epochs, step, training.Batches, speed, TimeSpan.FromSeconds(left / speed))
                );
            }
            course.Seconds += clock.Elapsed.TotalSeconds;
            clock.Restart();
            before = course.Sums.Images;
            if (cancel.IsCancellationRequested)
                return false;
            if (course.Sums.Steps == training.Batches)
                return true;
            Save(course);
            clock.Restart();
        }
    }

    private void Conclude(Course course, BatchLoader training, BatchLoader validation, ITrainingObserver? observer)
    {
        var reading = probe?.Read(course.Epoch + 1);
        course.Pull = reading?.Factor ?? course.Pull;
        course.Fidelity = Evaluation.Fidelity(schedule.Network, normalisation, validation);
        observer?.OnEpoch(
            new EpochMetrics
            {
                Epoch = course.Epoch + 1,
                Epochs = options.Epochs,
                TaskLoss = course.Sums.TaskLoss,
                DetachmentLoss = course.Sums.DetachmentLoss,
                Information = schedule.Drain(),
                ProbedLeaks = reading?.Leaks,
                Pull = probe is null ? null : course.Pull,
                TrainingFidelity = course.Sums.Correct,
                Fidelity = course.Fidelity,
                Seconds = course.Seconds,
                ImagesPerSecond = training.Images / course.Seconds,
                PeakMemory = Process.GetCurrentProcess().PeakWorkingSet64,
            }
        );
        if (observer is not null && Reconstructions.IsDue(course.Epoch + 1, options.Epochs))
            Reconstructions.Show(schedule, normalisation, validation, picture => observer.OnReconstructions(course.Epoch + 1, picture));
        if (options.Patience is null || course.Fidelity > course.Best)
        {
            (course.Best, course.BestEpoch) = (course.Fidelity, course.Epoch);
            course.Guard.Remember(course.Epoch + 1);
        }
        course.Epoch++;
        course.Sums.Clear();
        course.Seconds = 0;
    }

    // Ends early when it is time to save: all blocks must have seen the same batches then.
    private IEnumerable<StepInput> Inputs(IEnumerator<Batch> batches, Course course, int steps)
    {
        for (var step = course.Sums.Steps; (step == course.Sums.Steps || checkpoint?.IsDue != true) && batches.MoveNext(); step++)
            yield return Input(batches.Current, (double)(course.Epoch * steps + step) / (options.Epochs * steps), course);
    }

    private StepInput Input(Batch read, double progress, Course course)
    {
        using var scope = NewDisposeScope();
        var batch = read.To(_device);
        if (!ReferenceEquals(batch, read))
            read.Dispose();
        var images = augmentation.Apply(batch.Values, course.Random);
        return new StepInput(
            options.InPrecision(normalisation.Apply(images)),
            schedule.Detaches ? normalisation.Target(images) : images,
            batch,
            course.Pull * (ramp <= 0 ? 1 : Math.Min(1, progress / ramp)),
            options.RateFactor(progress)
        ).DetachFromDisposeScope();
    }

    private void Save(Course course) => checkpoint?.Save(snapshot => Exchange(snapshot, course));

    private void Exchange(Snapshot snapshot, Course course)
    {
        schedule.Exchange(snapshot);
        course.Exchange(snapshot.Of("course"), _device);
        probe?.Exchange(snapshot.Of("probe"));
    }

    // System.HashCode differs from process to process; the order of images must not.
    private static int HashCode(int seed, int epoch) => unchecked(seed * 1_000_003 + epoch * 7919 + 1);

    /// <summary>The progress of a training: together with the schedule's state, it determines the rest.</summary>
    private sealed class Course(int seed, StagedNetwork network) : IDisposable
    {
        public int Epoch { get; set; }

        public int BestEpoch { get; set; }

        public double Best { get; set; } = double.NegativeInfinity;

        public double Fidelity { get; set; } = double.NaN;

        public double Pull { get; set; } = 1;

        public double Seconds { get; set; }

        public EpochSums Sums { get; } = new();

        public NumericGuard Guard { get; } = new(network);

        public Generator Random { get; } = new((ulong)seed);

        public void Exchange(Snapshot snapshot, Device device)
        {
            (Epoch, BestEpoch) = ((int)snapshot.Exchange("epoch", (long)Epoch), (int)snapshot.Exchange("bestEpoch", (long)BestEpoch));
            (Best, Fidelity) = (snapshot.Exchange("best", Best), snapshot.Exchange("fidelity", Fidelity));
            (Pull, Seconds) = (snapshot.Exchange("pull", Pull), snapshot.Exchange("seconds", Seconds));
            Sums.Exchange(snapshot.Of("sums"), device);
            Guard.Exchange(snapshot);
            var drawn = snapshot.Exchange("random", Random.get_state())!;
            Random.set_state(drawn);
            if (snapshot.IsRestoring)
                drawn.Dispose();
        }

        public void Dispose()
        {
            Sums.Dispose();
            Guard.Dispose();
            Random.Dispose();
        }
    }
}
