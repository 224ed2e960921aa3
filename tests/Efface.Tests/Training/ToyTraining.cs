using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Tests.Models;
using Efface.Training;
using Efface.Unlearning;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

/// <summary>Training of the small network on the visible toy images, with y as the task and z and tone as the attributes.</summary>
internal static class ToyTraining
{
    public static readonly TrainingOptions Options = new()
    {
        Epochs = 2,
        BatchSize = 32,
        LearningRate = 0.05,
        Seed = 4,
    };

    public static readonly Paper Paper = new() { Settings = Narrow(new Paper()) };

    public static readonly Strict Strict = new() { Settings = new Strict().Settings with { Bits = 2 } };

    /// <summary>Every way to train: null is plain training.</summary>
    public static IEnumerable<Recipe?> EveryRecipe =>
        [null, Paper, Strict, new Adversarial { Settings = Narrow(new Adversarial()) }, new Hsic()];

    /// <summary>The recipe called so among <see cref="EveryRecipe"/>; plain training for "plain".</summary>
    public static Recipe? Named(string name) => EveryRecipe.Single(recipe => (recipe?.Name ?? "plain") == name);

    /// <summary>A fresh small network, with a bottleneck where the recipe needs one.</summary>
    public static TrainedModel Model(ImageTable table, Recipe? recipe = null, int seed = 0, StagedNetwork? network = null)
    {
        network ??= ToyNetworks.Small(seed, table["y"].Classes.Count);
        var model = new TrainedModel(
            network,
            new ModelDescription
            {
                Model = "toy",
                Stem = "toy",
                Width = 1,
                Input = table.Shape,
                Task = "y",
                Classes = table["y"].Classes,
                Normalisation = Normalisation.Of(table),
                Split = "layer1",
            }
        );
        return recipe is { OwnsSplit: true } ? recipe.Prepare(model, split: null, new Generator((ulong)seed)) : model;
    }

    public static Schedule Schedule(
        TrainedModel model,
        ImageTable table,
        Recipe? recipe,
        TrainingOptions? options = null,
        ScheduleKind? kind = null,
        params int[] ends
    )
    {
        return recipe is null
            ? Schedules.Plain(model, options ?? Options)
            : Schedules.Of(Blocks(model, table, recipe, options), kind ?? recipe.Schedule, ends.Length == 0 ? null : ends);
    }

    public static BlockMaker Blocks(
        TrainedModel model,
        ImageTable table,
        Recipe recipe,
        TrainingOptions? options = null,
        Generator? random = null
    ) => recipe.Blocks(new BlockParts(model, Labels(table), options ?? Options, random ?? new Generator(1)))!;

    private static AuxiliarySettings Narrow(AuxiliaryRecipe recipe) => recipe.Settings with { HeadWidth = 16 };

    public static TaskAndAttributes Labels(ImageTable table) => TaskAndAttributes.Of(table, table["y"], [table["z"], table["tone"]]);

    public static BatchLoader Loader(ImageTable table, Part part, int batchSize = 32) =>
        new(table, table["y"], [table["z"], table["tone"]], table.Rows(part), batchSize);

    public static TrainingResult Train(
        TrainedModel model,
        ImageTable table,
        Recipe? recipe,
        TrainingOptions options,
        ITrainingObserver? observer = null
    )
    {
        using var schedule = Schedule(model, table, recipe, options);
        return Run(schedule, table, options, observer, recipe?.Ramp ?? 0);
    }

    public static TrainingResult Run(
        Schedule schedule,
        ImageTable table,
        TrainingOptions options,
        ITrainingObserver? observer = null,
        double ramp = 0,
        IProbe? probe = null,
        Checkpoint? checkpoint = null,
        CancellationToken cancel = default
    ) =>
        new Trainer(schedule, options, Normalisation.Of(table), Augmentation.For(table), ramp, probe, checkpoint).Run(
            Loader(table, Part.Train, options.BatchSize),
            Loader(table, Part.Validation),
            observer,
            cancel
        );

    /// <summary>What a step is given for a whole part at once, without augmentation.</summary>
    public static StepInput Input(ImageTable table, Part part = Part.Train, double strength = 1, double rateFactor = 1)
    {
        var batch = Loader(table, part, table.Count).Epoch().Single();
        return new StepInput(
            Normalisation.Of(table).Apply(batch.Values),
            batch.Values.to_type(ScalarType.Float32) / 255,
            batch,
            strength,
            rateFactor
        );
    }

    /// <summary>Every weight, and every statistic.</summary>
    public static float[][] State(StagedNetwork network) => Values([.. network.parameters(), .. network.buffers()]);

    public static float[][] Values(IEnumerable<Tensor> tensors) =>
        [.. tensors.Select(tensor => tensor.detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray())];
}
