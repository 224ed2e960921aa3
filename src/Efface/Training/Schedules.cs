using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Combines blocks with the order in which they are trained.</summary>
internal static class Schedules
{
    /// <summary>Plain training: baseline 1, the model before unlearning.</summary>
    /// <param name="model">The network.</param>
    /// <param name="options">Step sizes.</param>
    /// <param name="classWeights">The weight of each class of the task in the loss; null for equal weights.</param>
    public static Schedule Plain(TrainedModel model, TrainingOptions options, float[]? classWeights = null)
    {
        BlockOptimiser Sgd(Range stages) => BlockOptimiser.Sgd(model.Network.Parameters(stages), options);
        return new SequentialSchedule(
            model.Network,
            [
                new Block(model.Network, ..)
                {
                    Optimisers = [Sgd(..(model.Split + 1)), Sgd((model.Split + 1)..)],
                    ClassWeights = classWeights,
                    Recomputes = options.Recomputes,
                },
            ]
        );
    }

    /// <summary>Blocks in some order.</summary>
    /// <param name="blocks">Creates them.</param>
    /// <param name="kind">The order.</param>
    /// <param name="ends">The last stages of all blocks but the last, if there are several; null cuts once, in the default place.</param>
    public static Schedule Of(BlockMaker blocks, ScheduleKind kind, IReadOnlyList<int>? ends = null)
    {
        var network = blocks.Parts.Model.Network;
        if (kind == ScheduleKind.EndToEnd)
            return new SequentialSchedule(network, [blocks.Whole()]);
        ends ??= [blocks.UsualEnd];
        Block[] made =
        [
            .. ends.Select((end, i) => blocks.Below((i == 0 ? 0 : ends[i - 1] + 1)..(end + 1), i, ends.Count)),
            blocks.Last(ends[^1] + 1),
        ];
        return kind == ScheduleKind.Local ? new SequentialSchedule(network, made) : new PipelinedSchedule(network, made);
    }

    /// <summary>Moves each block to its device, before a schedule is created.</summary>
    /// <param name="network">The network whose stages move.</param>
    /// <param name="ends">The last stages of all blocks but the last.</param>
    /// <param name="devices">One for each block.</param>
    public static void Place(StagedNetwork network, IReadOnlyList<int> ends, IReadOnlyList<Device> devices) =>
        network.Place(stage => devices[ends.Count(end => end < stage)]);
}
