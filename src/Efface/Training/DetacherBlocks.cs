using Efface.Detachment;

namespace Efface.Training;

/// <summary>
/// The whole network with one detacher at the split, from end to end: for detachers without a task head, beside which no block could learn
/// the task by itself.
/// </summary>
/// <param name="parts">What it is made of.</param>
/// <param name="detacher">Owned by the block.</param>
public sealed class DetacherBlocks(BlockParts parts, Detacher detacher) : BlockMaker(parts)
{
    /// <inheritdoc/>
    public override Block Whole() => AuxiliaryBlocks.Whole(Parts, detacher);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Block Below(Range stages, int number, int count) =>
        throw new NotSupportedException("it needs the classifier's loss beside it");
}
