using Efface.Detachment;

namespace Efface.Unlearning;

/// <summary>Several strong heads against the embedding.</summary>
public sealed record Adversarial()
    : AuxiliaryRecipe(
        new AuxiliarySettings
        {
            Weights = new LossWeights(0, 1, 5),
            Heads = 3,
            HeadLoss = HeadLoss.CrossEntropy,
        }
    )
{
    /// <inheritdoc/>
    public override string Name => "adversarial";

    /// <inheritdoc/>
    public override string Purpose =>
        "Three strong heads at the embedding, several steps a batch, end to end: for users who must release vectors.";

    /// <inheritdoc/>
    public override string Promise =>
        "None: after the few epochs that were tried (3 to 5) fresh attackers read a little less than before, and far more than these "
        + "heads.";
}
