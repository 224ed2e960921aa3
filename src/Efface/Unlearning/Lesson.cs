using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>One training of one model, with everything that decides its weights.</summary>
/// <param name="Model">Prepared by the recipe; trained in place.</param>
/// <param name="Examples">The examples to train and validate on.</param>
/// <param name="Labels">The task, and the attributes to forget and retain.</param>
/// <param name="Options">Epochs, step sizes, seed.</param>
internal sealed record Lesson(TrainedModel Model, Examples Examples, TaskAndAttributes Labels, TrainingOptions Options)
{
    /// <summary>How it forgets; null for plain training.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>A copy of the model before unlearning, if there is one; the generator is for weights that are drawn first.</summary>
    public Func<Generator, StagedNetwork>? Untouched { get; init; }

    /// <summary>The order in which blocks are trained; null takes the recipe's own.</summary>
    public ScheduleKind? Schedule { get; init; }

    /// <summary>The last stages of all blocks but the last; null for the default place.</summary>
    public IReadOnlyList<int>? Ends { get; init; }

    /// <summary>One per block; empty leaves the network where it is.</summary>
    public IReadOnlyList<Device> Devices { get; init; } = [];

    /// <summary>Measures h now and then; null for none.</summary>
    public IProbe? Probe { get; init; }

    /// <summary>Where the state is saved, and resumed from; null for neither.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Batches that are gathered in parallel.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>What each block learns; null for plain training.</summary>
    /// <param name="random">Initialises the weights beside the network.</param>
    public BlockMaker? Blocks(Generator random) =>
        Recipe?.Blocks(
            new BlockParts(Model, Labels, Options, random) { Untouched = Recipe.CarriesEmbedding ? Untouched?.Invoke(random) : null }
        );

    /// <summary>Trains the model.</summary>
    /// <param name="random">Initialises the weights beside the network.</param>
    /// <param name="observer">Receives each step and epoch.</param>
    /// <param name="cancel">Stops after the current batch.</param>
    public TrainingResult Train(Generator random, ITrainingObserver? observer, CancellationToken cancel)
    {
        using var schedule = Blocks(random) is { } blocks ? Scheduled(blocks) : Schedules.Plain(Model, Options);
        var training = new BatchLoader(Examples, Labels.Task, Labels.Loaded, Examples.Rows(Part.Train), Options.BatchSize)
        {
            Workers = Workers,
        };
        return new Trainer(
            schedule,
            Options,
            Model.Description.Normalisation,
            Augmentation.For(Examples),
            Recipe?.Ramp ?? 0,
            Probe,
            Checkpoint
        ).Run(training, Validation, observer, cancel);
    }

    /// <summary>What a recipe does after training.</summary>
    public (TrainedModel Model, TrainingResult Result) Close(TrainingResult result) =>
        Recipe?.Close(Model, Examples, Labels) is { } closed
            ? (closed, result with { Fidelity = Evaluation.Fidelity(closed.Network, closed.Description.Normalisation, Validation) })
            : (Model, result);

    private BatchLoader Validation => new(Examples, Labels.Task, Labels.Attributes, Examples.Rows(Part.Validation), Evaluation.BatchSize);

    private Schedule Scheduled(BlockMaker blocks)
    {
        if (Devices.Count > 0)
            Schedules.Place(Model.Network, Ends ?? [blocks.UsualEnd], Devices);
        return Schedules.Of(blocks, Schedule ?? Recipe!.Schedule, Ends);
    }
}
