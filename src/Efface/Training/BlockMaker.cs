using Efface.Detachment;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>What blocks are made of.</summary>
/// <param name="Model">The model: split where it is to forget, with a bottleneck where its codes are to.</param>
/// <param name="Labels">The training split's joint tables.</param>
/// <param name="Options">Step sizes.</param>
/// <param name="Random">Initialises everything beside the network; owned by the caller.</param>
public sealed record BlockParts(TrainedModel Model, TaskAndAttributes Labels, TrainingOptions Options, Generator Random)
{
    /// <summary>The model before unlearning, if the trained model should carry its embedding; owned by the block that uses it.</summary>
    public StagedNetwork? Untouched { get; init; }

    internal BlockOptimiser Sgd(Range stages) => BlockOptimiser.Sgd(Model.Network.Parameters(stages), Options);
}

/// <summary>Creates the blocks of one way to forget: what each of them learns, whichever schedule runs them.</summary>
/// <param name="parts">Their parts.</param>
public abstract class BlockMaker(BlockParts parts)
{
    /// <summary>Network, labels and step sizes.</summary>
    public BlockParts Parts { get; } = parts;

    /// <summary>Where local blocks are cut by default: the last stage of the first.</summary>
    public virtual int UsualEnd => Parts.Model.Split;

    /// <summary>The whole network, trained from end to end.</summary>
    public abstract Block Whole();

    /// <summary>One of several blocks but the last; its detacher is at its last stage.</summary>
    /// <param name="stages">The block's.</param>
    /// <param name="number">From 0.</param>
    /// <param name="count">The number of such blocks.</param>
    public abstract Block Below(Range stages, int number, int count);

    /// <summary>The last of several blocks, with the classifier.</summary>
    /// <param name="first">Its first stage.</param>
    public virtual Block Last(int first) =>
        new(Parts.Model.Network, first..) { Optimisers = [Parts.Sgd(first..)], Recomputes = Parts.Options.Recomputes };
}
