using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// A network on feature maps as they are. It learns from fewer images than other attackers, in a quick audit from fewer still, and uses
/// larger strides on large maps.
/// </summary>
internal abstract class MapAttacker : NeuralAttacker
{
    private const int FewImages = 4000,
        ManyImages = 10_000,
        SmallSide = 16;

    /// <inheritdoc/>
    public override bool IsCostly => true;

    /// <inheritdoc/>
    public override bool Reads(AttackProblem problem) => problem.IsMap;

    /// <inheritdoc/>
    protected override Tensor Prepare(Tensor values) => values;

    /// <inheritdoc/>
    protected override int Most(Budget budget) => budget == Budget.Quick ? FewImages : ManyImages;

    /// <summary>Whether the first convolution has stride 2.</summary>
    protected static bool TakesLargeSteps(AttackProblem problem) => problem.Budget == Budget.Quick && problem.Shape[1] > SmallSide;
}
