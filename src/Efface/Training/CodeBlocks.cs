using Efface.Detachment;
using Efface.Models;

namespace Efface.Training;

/// <summary>A discrete bottleneck in the last block; blocks below it learn from auxiliary networks that forget nothing.</summary>
/// <param name="parts">Their parts; the model with its bottleneck.</param>
/// <param name="settings">The bottleneck's.</param>
/// <param name="below">For the auxiliary network right below the bottleneck.</param>
/// <param name="first">λ of the first auxiliary network if there are several.</param>
internal sealed class CodeBlocks(BlockParts parts, CodeSettings settings, AuxiliarySettings below, LossWeights first) : BlockMaker(parts)
{
    private readonly AuxiliaryBlocks _below = new(parts, below, first);

    /// <summary>In the middle of the network.</summary>
    public override int UsualEnd =>
        Parts.Model.Network.IndexOf(MultiplyAdds.MiddleStage(Parts.Model.Network, Parts.Model.Description.Input));

    /// <inheritdoc/>
    public override Block Whole() => Last(0);

    /// <inheritdoc/>
    public override Block Below(Range stages, int number, int count) => _below.Below(stages, number, count);

    /// <inheritdoc/>
    /// <remarks>Bottleneck and classifier are trained fast with Adam, whatever the extractor below them does.</remarks>
    public override Block Last(int first)
    {
        var (model, options) = (Parts.Model, Parts.Options);
        var (device, last) = (model.Network.DeviceOf(model.Split), model.Network.IndexOf(StagedNetwork.Embedding));
        var target = Parts.Untouched is null ? null : new EmbeddingTarget(Parts.Untouched);
        var contents = new CodeContents(settings, Parts.Labels, model.Description.Input, device, Parts.Random, target);
        return new Block(model.Network, first..)
        {
            Detacher = new CodeInformation(settings, Parts.Labels, device, contents),
            DetachedStage = model.Split,
            TaskWeight = settings.Weights.Task,
            Optimisers =
            [
                Parts.Sgd(first..(last + 1)),
                BlockOptimiser.Adam(model.Network.Parameters((last + 1)..), settings.Rate, options),
            ],
            Recomputes = options.Recomputes,
        };
    }
}
