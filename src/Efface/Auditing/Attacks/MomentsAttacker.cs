using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Finds the few directions in which the classes' second or third moments differ most, and trains a network that sees h only along them. It
/// finds a combination of features that is no single feature's axis, from fewer images than a network with random initial weights.
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
