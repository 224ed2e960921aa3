using System.Diagnostics;
using Efface.Auditing;
using Efface.Data;
using Efface.Models.Weights;
using Efface.Records;
using Efface.Reporting;
using Efface.Training;
using Efface.Unlearning;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>Receives the progress of a run.</summary>
public interface IRunObserver : ITrainingObserver, IReadingObserver;

/// <summary>Trains a model, or makes one forget, into a run folder.</summary>
public static class TrainingRun
{
    private const int EpochsFromScratch = 12,
        EpochsFromModel = 4;
    private const double RateFromScratch = 0.1,
        RateFromWeights = 0.01;

    /// <summary>The model before unlearning: baseline 1.</summary>
    /// <param name="config">Everything that decides it.</param>
    /// <param name="path">The run's folder.</param>
    /// <param name="resume">Whether to resume the run in the folder.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Stops after the current batch; the state is saved.</param>
    /// <exception cref="InvalidInputException">Something is wrong with the input; nothing was written.</exception>
    public static RunFolder Train(
        RunConfig config,
        string path,
        bool resume = false,
        IRunObserver? observer = null,
        CancellationToken cancel = default
    ) => Run("train", config, path, resume, observer, cancel);

    /// <summary>Detachment, from scratch or from the model of another run.</summary>
    /// <inheritdoc cref="Train(RunConfig, string, bool, IRunObserver?, CancellationToken)"/>
    public static RunFolder Unlearn(
        RunConfig config,
        string path,
        bool resume = false,
        IRunObserver? observer = null,
        CancellationToken cancel = default
    ) => Run("unlearn", config, path, resume, observer, cancel);

    /// <summary>The configuration of the run in a folder; null if there is none.</summary>
    public static RunConfig? Begun(string path) => RunFolder.Holds(path) ? RunFolder.Open(path).Run.Config : null;

    private static RunFolder Run(
        string command,
        RunConfig asked,
        string path,
        bool resume,
        IRunObserver? observer,
        CancellationToken cancel
    )
    {
        var clock = Stopwatch.StartNew();
        var started = DateTimeOffset.UtcNow;
        Divergence.RefuseOrigin(asked.Model.From);
        var began = resume && RunFolder.Holds(path) ? RunFolder.Open(path).Run : null;
        if (began is not null)
        {
            asked = Resumption.WithBlocksOf(asked, began.Config);
            Resumption.CheckSettings(began, command, asked, path);
        }
        using var prepared = Preflight.Check(asked, forgets: command == "unlearn", observer, hasBegun: began is not null, cancel);
        Compute.UseThreads(prepared.Config.Training.Threads);

        // Problems with model or split are reported before anything is removed from the images or written.
        var options = Options(prepared);
        using var random = new Generator((ulong)options.Seed);
        var lesson = Prepare(prepared, options, random, observer);
        using var owned = lesson.Model;
        var record = Describe(command, began?.Started ?? started, prepared, lesson);
        if (began is not null)
            Resumption.Check(began, record, path);
        var folder = began is null ? RunFolder.Create(path) : RunFolder.Open(path);
        lesson = lesson with { Checkpoint = CheckpointIn(folder, prepared.Config, observer) };
        if (began?.Result is { Interrupted: false })
        {
            // It may have been killed before this.
            lesson.Checkpoint.Remove();
            return folder;
        }
        Note(prepared, options, observer);
        return WholeOrNotAtAll(
            folder,
            isBegun: () => began is not null || lesson.Checkpoint.Exists,
            () => Learn(folder, prepared, lesson, random, record, began, clock, observer, cancel)
        );
    }

    private static Checkpoint CheckpointIn(RunFolder folder, RunConfig config, IRunObserver? observer) =>
        new(Path.Combine(folder.Path, "checkpoint"), TimeSpan.FromSeconds(config.Training.CheckpointSeconds), note =>
            observer?.OnNote(note)
        );

    private static void Note(Prepared prepared, TrainingOptions options, IRunObserver? observer)
    {
        var columns = prepared.Labels.Loaded.Prepend(prepared.Labels.Task);
        foreach (var note in prepared.Report.Notes.Concat(columns.Select(column => $"{ClassCounts.Of(column, prepared.Table.Rows)}")))
            observer?.OnNote(note);
        if (options.Precision == Precision.Bf16 && !Compute.IsFastInBf16)
            observer?.OnNote("note: this processor has no instructions for bf16, and takes longer with it than with fp32.");
    }

    private static void Learn(
        RunFolder folder,
        Prepared prepared,
        Lesson lesson,
        Generator random,
        RunRecord record,
        RunRecord? began,
        Stopwatch clock,
        IRunObserver? observer,
        CancellationToken cancel
    )
    {
        using var removal = Removals.Of(prepared, observer, observer, cancel);
        using var again = new Generator((ulong)lesson.Options.Seed);
        if (removal is not null)
        {
            // A run on images without the area gets the same weights as one whose images lack it from the start.
            random = again;
            lesson = Prepare(prepared with { Table = removal.Table, Config = record.Config }, lesson.Options, random, null) with
            {
                Checkpoint = lesson.Checkpoint,
            };
        }
        using var own = removal is null ? null : lesson.Model;
        record = record with { AttentionRemoval = removal?.Result };
        folder.Run = record;
        folder.WriteSkipped(prepared.Report.Skipped);
        if (removal is not null)
            Removals.Draw(folder, removal);

        var recorder = new Recorder(folder, observer);
        var result = lesson.Train(random, recorder, cancel);
        var model = lesson.Model;
        if (!result.Interrupted)
            (model, result) = lesson.Close(result);
        model.Save(folder.Path);
        folder.Run = record with
        {
            Result = new ResultRecord(
                result.Fidelity,
                result.Epochs,
                clock.Elapsed.TotalSeconds + (began?.Result?.Seconds ?? recorder.SecondsBefore),
                result.Interrupted,
                result.Diverged
            ),
        };
        if (!result.Interrupted)
            lesson.Checkpoint!.Remove();
    }

    private static RunRecord Describe(string command, DateTimeOffset started, Prepared prepared, Lesson lesson) =>
        new()
        {
            Command = command,
            Started = started,
            Config = prepared.Config with
            {
                Model = prepared.Config.Model with
                {
                    Stem = lesson.Model.Description.Stem,
                    Split = lesson.Model.Description.Split,
                    // Without weights, no other choice than the user's is made.
                    Normalise = prepared.Config.Model.Weights is null ? prepared.Config.Model.Normalise : prepared.Config.Model.Statistics,
                },
                Training = prepared.Config.Training with
                {
                    Epochs = lesson.Options.Epochs > 0 ? lesson.Options.Epochs : null,
                    LearningRate = lesson.Options.LearningRate,
                    Blocks = lesson.Ends is null
                        ? null
                        : string.Join(',', lesson.Ends.Select(end => lesson.Model.Network.Stages[end].Name)),
                },
            },
            Environment = EnvironmentRecords.Capture(),
            Data = DataRecord.Of(prepared.Table, prepared.Labels.Task, prepared.Labels.Attributes, prepared.Report),
            Weights = prepared.Config.Model is { Weights: { } weights, Pickle: var pickle }
                ? StoredWeights.Open(weights, pickle).Hashes()
                : null,
        };

    // A started run can be resumed; any other failure leaves nothing behind.
    private static RunFolder WholeOrNotAtAll(RunFolder folder, Func<bool> isBegun, Action work)
    {
        try
        {
            work();
            return folder;
        }
        catch (IOException fault) when (isBegun())
        {
            throw new InvalidInputException(
                $"`path` {folder.Path}",
                $"cannot be written ({fault.Message})",
                "Free space, and go on with `resume`: the last good state, where there is one, stands there"
            );
        }
        catch (IOException fault)
        {
            folder.Discard();
            throw new InvalidInputException(
                $"`path` {folder.Path}",
                $"cannot be written ({fault.Message})",
                "Free space, or name a folder on another disk; nothing was left behind"
            );
        }
        catch (Exception fault) when (fault is InvalidInputException or OperationCanceledException && !isBegun())
        {
            folder.Discard();
            throw;
        }
    }

    private static ValidationProbe? Probe(Prepared prepared, TrainedModel model) =>
        prepared is { Recipe: not null, Config.Training.Probe: { } every }
            ? new ValidationProbe(model, prepared.Table, prepared.Labels.Attributes, every, prepared.Config.Training.Steer)
            : null;

    /// <summary>
    /// With the default epochs and step size of a run if none were given; no epochs for a recipe that only closes a trained model.
    /// </summary>
    internal static RunConfig WithUsualTraining(RunConfig config, bool forgets)
    {
        var recipe = forgets ? Recipes.Named(config.Recipe.Name) : null;
        return config with
        {
            Training = config.Training with
            {
                Epochs = config.Training.Epochs
                    ?? (
                        config.Model.From is null ? EpochsFromScratch
                        : recipe is { LearnsFromModel: false } ? null
                        : EpochsFromModel
                    ),
                LearningRate = config.Training.LearningRate
                    ?? (
                        config.Model.Weights is not null ? RateFromWeights
                        : config.Model.From is not null && recipe is not null ? recipe.RateFromModel
                        : RateFromScratch
                    ),
            },
        };
    }

    private static TrainingOptions Options(Prepared prepared)
    {
        var usual = WithUsualTraining(prepared.Config, forgets: prepared.Recipe is not null);
        return new TrainingOptions
        {
            Epochs = usual.Training.Epochs ?? 0,
            LearningRate = usual.Training.LearningRate!.Value,
            BatchSize = prepared.Config.Training.Batch,
            Seed = prepared.Config.Training.Seed,
            Patience = prepared.Config.Training.Patience,
            Precision = prepared.Config.Training.Precision,
            Recomputes = prepared.Config.Training.Recompute,
        };
    }

    // Everything except where its state is saved.
    private static Lesson Prepare(Prepared prepared, TrainingOptions options, Generator random, IRunObserver? observer)
    {
        var config = prepared.Config;
        var model = StartingModel.Of(prepared, random, note => observer?.OnNote(note));
        var lesson = new Lesson(model, prepared.Table, prepared.Labels, options)
        {
            Recipe = prepared.Recipe,
            // The embedding to carry comes from the original model: the one in training changes.
            Untouched = config.Model.From is { } from ? own => TrainedModel.Load(from, Compute.Device, own).Network : null,
            Schedule = config.Training.Schedule,
            Devices = BlockChoice.Devices(config),
            Workers = config.Data.Reading.Workers ?? 1,
        };
        var ends = BlockChoice.Ends(config, model, own => lesson.Blocks(own)!, note => observer?.OnNote(note));
        // h is the input of the last auxiliary network; a bottleneck stays where it is.
        if (ends is not null && model.Description.Bits is null)
            model = model with { Description = model.Description with { Split = model.Network.Stages[ends[^1]].Name } };
        return lesson with { Model = model, Ends = ends, Probe = Probe(prepared, model) };
    }

    /// <summary>Writes metrics.jsonl and the event file, and forwards everything.</summary>
    private sealed class Recorder(RunFolder folder, ITrainingObserver? next) : ITrainingObserver
    {
        private bool _hasHeard;

        /// <summary>Seconds of the epochs before a run was resumed.</summary>
        public double SecondsBefore { get; private set; }

        public void OnStep(StepProgress progress) => next?.OnStep(progress);

        public void OnEpoch(EpochMetrics metrics)
        {
            if (!_hasHeard)
            {
                folder.KeepMetricsBefore(metrics.Epoch);
                SecondsBefore = folder.Metrics.Sum(epoch => epoch.Seconds);
            }
            _hasHeard = true;
            folder.Append(metrics);
            next?.OnEpoch(metrics);
        }

        public void OnReconstructions(int epoch, Tensor picture)
        {
            folder.AppendReconstructions(epoch, Png.Encode(picture), height: (int)picture.shape[1], width: (int)picture.shape[2]);
            next?.OnReconstructions(epoch, picture);
        }
    }
}
