using Efface.Detachment;

namespace Efface.Training;

/// <summary>Blocks with an auxiliary network at the end of each but the last.</summary>
/// <param name="parts">Their parts.</param>
/// <param name="settings">For the last auxiliary network.</param>
/// <param name="first">λ of the first auxiliary network if there are several: λ changes linearly from there to the last.</param>
public sealed class AuxiliaryBlocks(BlockParts parts, AuxiliarySettings settings, LossWeights first) : BlockMaker(parts)
{
    /// <inheritdoc/>
    public override Block Whole() => Whole(Parts, Network(settings, Parts.Model.Split));

    /// <inheritdoc/>
    public override Block Below(Range stages, int number, int count) =>
        new(Parts.Model.Network, stages)
        {
            Detacher = Network(
                settings with
                {
                    Weights = first.Towards(settings.Weights, count == 1 ? 1 : (double)number / (count - 1)),
                },
                stages.End.Value - 1
            ),
            Optimisers = [Parts.Sgd(stages)],
            Recomputes = Parts.Options.Recomputes,
        };

    /// <summary>One block of all stages, with a detacher at the split.</summary>
    internal static Block Whole(BlockParts parts, Detacher detacher) =>
        new(parts.Model.Network, ..)
        {
            Detacher = detacher,
            DetachedStage = parts.Model.Split,
            Optimisers = [parts.Sgd(..(parts.Model.Split + 1)), parts.Sgd((parts.Model.Split + 1)..)],
            Recomputes = parts.Options.Recomputes,
        };

    private AuxiliaryNetwork Network(AuxiliarySettings ofBlock, int stage)
    {
        var (network, input) = (Parts.Model.Network, Parts.Model.Description.Input);
        return new AuxiliaryNetwork(
            ofBlock,
            Parts.Labels,
            network.OutputShapes(input)[stage],
            input,
            network.DeviceOf(stage),
            Parts.Random
        );
    }
}
