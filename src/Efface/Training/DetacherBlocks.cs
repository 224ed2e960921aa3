using Efface.Detachment;

namespace Efface.Training;

/// <summary>
/// The whole network with one detacher at the split, end to end: for detachers without a task head, without which no block could learn the
/// task alone.
/// </summary>
/// <param name="parts">Its parts.</param>
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
