using Efface.Detachment;

namespace Efface.Unlearning;

/// <summary>Maximum entropy (Roy and Boddeti, CVPR 2019).</summary>
public sealed record MaximumEntropy()
    : AuxiliaryRecipe(
        new AuxiliarySettings
        {
            Weights = new LossWeights(0, 1, 1),
            Objective = AttributeObjective.Entropy,
            HeadLoss = HeadLoss.CrossEntropy,
            HeadSteps = 1,
        }
    )
{
    /// <inheritdoc/>
    public override string Name => "entropy";

    /// <inheritdoc/>
    public override string Purpose =>
        "Maximum entropy (Roy and Boddeti, CVPR 2019): the embedding leaves a head that reads the attribute without an opinion, also "
        + "where the task tells it.";

    /// <inheritdoc/>
    public override string Promise => "None: it fools its own head.";
}
