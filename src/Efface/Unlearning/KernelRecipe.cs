using Efface.Detachment;
using Efface.Reporting;
using Efface.Training;

namespace Efface.Unlearning;

/// <summary>A way to forget in which a kernel's measure of dependence is minimised; nothing learns beside the extractor.</summary>
public abstract record KernelRecipe : Recipe
{
    /// <summary>What the kernel measures.</summary>
    protected abstract KernelCriterion Criterion { get; }

    /// <summary>λ3 ≥ 0.</summary>
    public double Forgetting { get; init; } = 5;

    /// <inheritdoc/>
    public override LossWeights Weights => new(0, 1, Forgetting);

    /// <inheritdoc/>
    public override bool CanBeLocal => false;

    /// <inheritdoc/>
    public override Recipe With(RunConfig config) => this with { Forgetting = config.Weights()?.Forgetting ?? Forgetting };

    /// <inheritdoc/>
    public override BlockMaker Blocks(BlockParts parts) => new KernelBlocks(parts, Forgetting, Criterion);
}
