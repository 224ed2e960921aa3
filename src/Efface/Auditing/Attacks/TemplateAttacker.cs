using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Logistic regression on every value of a map: it finds a pattern at a fixed position, however faint, whatever its mean over any area,
/// which every attacker that pools is blind to. It learns from fewer images of a large map: they are decomposed into as many directions as
/// there are images.
/// </summary>
internal sealed class TemplateAttacker : ChoosingAttacker
{
    // Decomposing this many takes seconds, and grows with their cube.
    private const int Most = 3000;

    private static readonly double[] Penalties = [100, 10, 1, 0.1];

    /// <inheritdoc/>
    public override string Name => "template";

    /// <inheritdoc/>
    public override bool Reads(AttackProblem problem) => problem.IsMap;

    /// <inheritdoc/>
    protected override Tensor Prepare(Tensor values) => values.flatten(1);

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    )
    {
        if (fit.Count > Most && fit.Values.shape[1] > Most)
            fit = fit.Sample(Most, seed: 0);
        return LinearAttacker.Fits(problem, fit, Penalties, [0, 1], cancel);
    }
}
