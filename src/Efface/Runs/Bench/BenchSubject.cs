using System.Diagnostics;
using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Runs.Bench;

/// <summary>A network with one way to train it, on images of noise.</summary>
internal sealed class BenchSubject : IDisposable
{
    private readonly BenchMode _mode;
    private readonly Generator _random;
    private readonly ImageTable _table;
    private readonly TaskAndAttributes _labels;
    private readonly TrainedModel _model;
    private readonly TrainingOptions _options;
    private readonly Schedule _schedule;
    private readonly Normalisation _normalisation;

    /// <param name="one">Network, size and precision.</param>
    /// <param name="mode">How it trains.</param>
    /// <param name="settings">Steps, stem, width and seed.</param>
    /// <param name="ends">The last stages of all blocks but the last; null cuts once, in the default place.</param>
    public BenchSubject(BenchCase one, BenchMode mode, BenchSettings settings, IReadOnlyList<int>? ends)
    {
        _mode = mode;
        _random = new Generator((ulong)settings.Seed);
        _table = Noise(one, settings, _random);
        _labels = TaskAndAttributes.Of(_table, _table["y"], [_table["z"]]);
        (_options, _normalisation) = (Options(one, settings), Normalisation.Of(_table));
        _model = Model(_table, one, mode, settings, _random);
        _schedule = BenchCase.RecipeOf(mode) is { } recipe
            ? Schedules.Of(
                recipe.Blocks(new BlockParts(_model, _labels, _options, _random))!,
                BenchCase.KindOf(mode) ?? recipe.Schedule,
                ends
            )
            : Schedules.Plain(_model, _options);
    }

    /// <summary>The cut at which blocks take equal time.</summary>
    public static BlockPlan Balance(BenchCase one, BenchSettings settings)
    {
        using var random = new Generator((ulong)settings.Seed);
        using var table = Noise(one, settings, random);
        using var model = Model(table, one, BenchMode.Local, settings, random);
        var (labels, recipe) = (TaskAndAttributes.Of(table, table["y"], [table["z"]]), BenchCase.RecipeOf(BenchMode.Local)!);
        return BlockPlacing.Balance(
            own => recipe.Blocks(new BlockParts(model, labels, Options(one, settings), own))!,
            model,
            settings.Blocks
        );
    }

    /// <summary>The names of stages.</summary>
    public IReadOnlyList<string> Names(IEnumerable<int> stages) => [.. stages.Select(stage => _model.Network.Stages[stage].Name)];

    /// <summary>
    /// Seconds per step: from the first step's result to the last one's, so that filling a pipeline does not count, as in an epoch of
    /// hundreds of steps.
    /// </summary>
    public double SecondsPerStep(CancellationToken cancel)
    {
        if (_mode == BenchMode.Bare)
            return Bare(cancel);
        var times = new Times();
        BatchLoader Loader(Part part) => new(_table, _labels.Task, _labels.Attributes, _table.Rows(part), _options.BatchSize);
        new Trainer(_schedule, _options, _normalisation, Augmentation.For(_table)).Run(
            Loader(Part.Train),
            Loader(Part.Validation),
            times,
            cancel
        );
        cancel.ThrowIfCancellationRequested();
        return times.SecondsPerStep;
    }

    /// <summary>Seconds per step of each block alone, with nothing in parallel.</summary>
    public IReadOnlyList<double> SecondsOfBlocks(int steps)
    {
        using var scope = NewDisposeScope();
        using var input = Input(_options.BatchSize);
        _model.Network.train();
        var seconds = _schedule.Blocks.Select(_ => new List<double>()).ToArray();
        for (var step = 0; step < steps; step++)
        {
            using var inner = NewDisposeScope();
            var x = input.Input;
            foreach (var (i, block) in _schedule.Blocks.Index())
            {
                var clock = Stopwatch.StartNew();
                x = block.Step(x, input).Output ?? x;
                if (step > 0)
                    seconds[i].Add(clock.Elapsed.TotalSeconds);
            }
        }
        return [.. seconds.Select(ofBlock => Spread.Of(ofBlock).Median)];
    }

    /// <summary>Takes some steps on this many images each.</summary>
    public void Run(int steps, int images)
    {
        _model.Network.train();
        foreach (var result in _schedule.Run(Enumerable.Range(0, steps).Select(_ => Input(images))))
        foreach (var tensor in new[] { result.TaskLoss, result.DetachmentLoss, result.Correct })
            tensor?.Dispose();
    }

    private double Bare(CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var optimiser = new Sgd(_model.Network.Parameters(..), _options.LearningRate, _options.Momentum, _options.WeightDecay);
        using var input = Input(_options.BatchSize);
        var times = new Times();
        _model.Network.train();
        for (var step = 0; step < _table.Rows(Part.Train).Length / _options.BatchSize; step++)
        {
            using var inner = NewDisposeScope();
            nn.functional.cross_entropy(_model.Network.call(input.Input), input.Batch.Task).backward();
            optimiser.Step();
            times.Tell();
            cancel.ThrowIfCancellationRequested();
        }
        return times.SecondsPerStep;
    }

    private StepInput Input(int images)
    {
        using var scope = NewDisposeScope();
        var batch = new BatchLoader(_table, _labels.Task, _labels.Attributes, _table.Rows(Part.Train)[..images], images).Epoch().Single();
        return new StepInput(
            _options.InPrecision(_normalisation.Apply(batch.Values)),
            _normalisation.Target(batch.Values),
            batch,
            1,
            1
        ).DetachFromDisposeScope();
    }

    private static TrainingOptions Options(BenchCase one, BenchSettings settings) =>
        new()
        {
            Epochs = 1,
            BatchSize = one.Batch,
            LearningRate = 1e-3,
            Precision = one.Precision,
            Seed = settings.Seed,
        };

    private static TrainedModel Model(ImageTable table, BenchCase one, BenchMode mode, BenchSettings settings, Generator random)
    {
        var model = TrainedModel.Create(
            ModelDescription.For(table, table["y"], one.Model, settings.Stem, settings.Width),
            Compute.Device,
            random
        );
        return BenchCase.RecipeOf(mode)?.Prepare(model, split: null, random) ?? model;
    }

    // Both classes of the attribute occur with both of the task.
    private static ImageTable Noise(BenchCase one, BenchSettings settings, Generator random)
    {
        var (training, count) = (settings.Steps * one.Batch, settings.Steps * one.Batch + 4);
        Column Labels(string name, int period) => new(name, ["0", "1"], [.. Enumerable.Range(0, count).Select(row => row / period % 2)]);
        return new ImageTable(
            "noise",
            torch.randint(0, 256, [count, 3, one.Size, one.Size], dtype: ScalarType.Byte, generator: random),
            [Labels("y", 1), Labels("z", 2)],
            [.. Enumerable.Range(0, count).Select(row => row < training ? Part.Train : Part.Validation)]
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _schedule.Dispose();
        _model.Dispose();
        _table.Dispose();
    }

    private sealed class Times : ITrainingObserver
    {
        private long _first,
            _last;
        private int _steps;

        public double SecondsPerStep => Stopwatch.GetElapsedTime(_first, _last).TotalSeconds / (_steps - 1);

        public void Tell()
        {
            _last = Stopwatch.GetTimestamp();
            if (_steps++ == 0)
                _first = _last;
        }

        public void OnStep(StepProgress progress) => Tell();

        public void OnEpoch(EpochMetrics metrics) { }
    }
}
