using Efface.Detachment;

namespace Efface.Training;

/// <summary>
/// The whole network with a kernel's measure of dependence at the split. There is no task head, so nothing that a block by itself could
/// learn the task from.
/// </summary>
/// <param name="parts">What it is made of.</param>
/// <param name="forgetting">λ3 ≥ 0.</param>
/// <param name="criterion">What the kernel measures.</param>
public sealed class KernelBlocks(BlockParts parts, double forgetting, KernelCriterion criterion) : BlockMaker(parts)
{
    /// <inheritdoc/>
    public override Block Whole() => AuxiliaryBlocks.Whole(Parts, new KernelIndependence(forgetting, criterion, Parts.Labels));

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Block Below(Range stages, int number, int count) =>
        throw new NotSupportedException("a kernel needs the classifier's loss beside it");
}
