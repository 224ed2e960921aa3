using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// The same as <see cref="MomentsAttacker"/> for patches of 3×3 positions of a map: it finds a pattern at any position, with either sign,
/// that is too weak for a network to find by gradient descent.
/// </summary>
internal sealed class PatchesAttacker : MapAttacker
{
    private const int Kernel = 3,
        MostPatches = 100_000,
        MostNumbers = 20_000_000;

    /// <inheritdoc/>
    public override string Name => "patches";

    /// <inheritdoc/>
    protected override double Rate => 3e-3;

    /// <inheritdoc/>
    protected override int Epochs(Budget budget) => budget == Budget.Full ? 20 : 10;

    /// <inheritdoc/>
    protected override IReadOnlyList<NeuralSettings> Settings(Budget budget) => [new Moments(2, 4), new Moments(3, 4)];

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(AttackProblem problem, NeuralSettings settings, Func<AttackSet> fit, Generator random)
    {
        using var scope = NewDisposeScope();
        var all = fit();
        var positions = (int)(problem.Shape[1] * problem.Shape[2]);
        var most = Math.Min(MostPatches, MostNumbers / (int)(problem.Shape[0] * Kernel * Kernel)) / positions;
        var count = Math.Clamp(most, 1, all.Count);
        // Spread over all images: they may be sorted.
        var some = all.Select([.. Enumerable.Range(0, count).Select(i => (int)((long)i * all.Count / count))]);
        var patches = functional.unfold(some.Values, Kernel, padding: Kernel / 2).transpose(1, 2).flatten(0, 1);
        return new MomentNetwork(
            problem,
            (Moments)settings,
            Kernel,
            patches,
            [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Repeat(i, positions))],
            some,
            random
        );
    }
}
