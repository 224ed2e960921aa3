using Efface.Detachment;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Puts network, detachers and optimisers together.</summary>
public static class Schedules
{
    /// <summary>Plain training: baseline 1, the model before unlearning.</summary>
    /// <param name="model">The network.</param>
    /// <param name="options">Step sizes.</param>
    /// <param name="classWeights">What each class of the task weighs in the loss; null for all alike.</param>
    public static Schedule Plain(TrainedModel model, TrainingOptions options, float[]? classWeights = null) => new SequentialSchedule(model.Network,
    [
        new Block(model.Network, ..)
        {
            Optimisers = [Sgd(model, ..(model.Split + 1), options), Sgd(model, (model.Split + 1).., options)],
            ClassWeights = classWeights,
            Recomputes = options.Recomputes,
        },
    ]);

    /// <summary>Detachment as <paramref name="recipe"/> says.</summary>
    /// <param name="model">Split where the recipe works; with a bottleneck for a discrete one.</param>
    /// <param name="recipe">What to do to h.</param>
    /// <param name="labels">The training split's joint tables.</param>
    /// <param name="options">Step sizes.</param>
    /// <param name="kind">Null takes the recipe's.</param>
    /// <param name="ends">The last stages of all blocks but the last, where there are several; null cuts once, in the usual place.</param>
    /// <param name="untouched">The model before unlearning, for a recipe that has the code carry its embedding; owned from now on.</param>
    public static Schedule Detaching(
        TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, ScheduleKind? kind = null, IReadOnlyList<int>? ends = null, StagedNetwork? untouched = null)
    {
        var network = model.Network;
        kind ??= recipe.IsLocal ? ScheduleKind.Local : ScheduleKind.EndToEnd;
        if (kind == ScheduleKind.EndToEnd) return new SequentialSchedule(network, [EndToEnd(model, recipe, labels, options, untouched)]);
        ends ??= [UsualEnd(model, recipe)];
        Block[] blocks =
        [
            .. ends.Select((end, i) => Below(model, recipe.OfBlock(i, ends.Count), labels, options, (i == 0 ? 0 : ends[i - 1] + 1)..(end + 1))),
            Last(model, recipe, labels, options, ends[^1] + 1, untouched),
        ];
        return kind == ScheduleKind.Local ? new SequentialSchedule(network, blocks) : new PipelinedSchedule(network, blocks);
    }

    /// <summary>Where local blocks are cut when nobody says where: at the split, or below a bottleneck in the middle of the network.</summary>
    public static int UsualEnd(TrainedModel model, Recipe recipe)
        => recipe.IsDiscrete ? model.Network.IndexOf(MultiplyAdds.MiddleStage(model.Network, model.Description.Input)) : model.Split;

    /// <summary>Moves each block to its device, before a schedule is made.</summary>
    /// <param name="model">Whose stages move.</param>
    /// <param name="ends">The last stages of all blocks but the last.</param>
    /// <param name="devices">One for each block.</param>
    public static void Place(TrainedModel model, IReadOnlyList<int> ends, IReadOnlyList<Device> devices)
        => model.Network.Place(stage => devices[ends.Count(end => end < stage)]);

    private static Block EndToEnd(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, StagedNetwork? untouched)
    {
        if (recipe.IsDiscrete) return ThroughCodes(model, recipe, labels, options, 0, untouched);
        return new Block(model.Network, ..)
        {
            Detacher = recipe.Kind == DetachmentKind.KernelIndependence ? new KernelIndependence(recipe, labels) : Auxiliary(model, recipe, labels, model.Split),
            DetachedStage = model.Split,
            Optimisers = [Sgd(model, ..(model.Split + 1), options), Sgd(model, (model.Split + 1).., options)],
            Recomputes = options.Recomputes,
        };
    }

    /// <summary>The last of several blocks, with bottleneck and classifier.</summary>
    internal static Block Last(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, int first, StagedNetwork? untouched) => recipe.IsDiscrete
        ? ThroughCodes(model, recipe, labels, options, first, untouched)
        : new Block(model.Network, first..) { Optimisers = [Sgd(model, first.., options)], Recomputes = options.Recomputes };

    /// <summary>One of several blocks but the last, with its auxiliary network.</summary>
    internal static Block Below(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, Range stages) => new(model.Network, stages)
    {
        Detacher = Auxiliary(model, recipe, labels, stages.End.Value - 1),
        Optimisers = [Sgd(model, stages, options)],
        Recomputes = options.Recomputes,
    };

    private static AuxiliaryNetwork Auxiliary(TrainedModel model, Recipe recipe, TaskAndAttributes labels, int stage)
        => new(recipe, labels, model.Network.OutputShapes(model.Description.Input)[stage], model.Description.Input, model.Network.DeviceOf(stage));

    // Bottleneck and classifier learn fast with Adam, whatever the extractor below them does.
    private static Block ThroughCodes(TrainedModel model, Recipe recipe, TaskAndAttributes labels, TrainingOptions options, int first, StagedNetwork? untouched)
    {
        var (network, codes) = (model.Network, 1L << recipe.Bits);
        var (device, last) = (network.DeviceOf(model.Split), network.IndexOf(StagedNetwork.Embedding));
        var contents = new CodeContents(recipe, labels, codes, model.Description.Input, device, untouched is null ? null : new EmbeddingTarget(untouched));
        return new Block(network, first..)
        {
            Detacher = new CodeInformation(recipe, labels, codes, device, contents),
            DetachedStage = model.Split,
            TaskWeight = recipe.Task,
            Optimisers = [Sgd(model, first..(last + 1), options), BlockOptimiser.Adam(network.Parameters((last + 1)..), recipe.BottleneckRate, options)],
            Recomputes = options.Recomputes,
        };
    }

    private static BlockOptimiser Sgd(TrainedModel model, Range stages, TrainingOptions options) => BlockOptimiser.Sgd(model.Network.Parameters(stages), options);
}
