using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Looks for the few directions in which the classes' second or third moments differ most, and trains a network that sees h along them
/// alone: it finds what lies in a combination of features that are nobody's axes, from fewer images than a network that starts anywhere.
/// </summary>
internal sealed class MomentsAttacker : NeuralAttacker
{
    /// <inheritdoc/>
    public override string Name => "moments";

    /// <inheritdoc/>
    protected override double Rate => 3e-3;

    /// <inheritdoc/>
    protected override int Epochs(Budget budget) => budget == Budget.Full ? 30 : 15;

    /// <inheritdoc/>
    protected override IReadOnlyList<NeuralSettings> Settings(Budget budget) =>
        [new Moments(2, 2), new Moments(2, 4), new Moments(3, 3), new Moments(3, 6)];

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(AttackProblem problem, NeuralSettings settings, Func<AttackSet> fit, Generator random)
    {
        using var scope = NewDisposeScope();
        var images = fit();
        return new MomentNetwork(
            problem,
            (Moments)settings,
            kernel: 1,
            images.Values,
            [.. Enumerable.Range(0, images.Count)],
            images,
            random
        );
    }
}
