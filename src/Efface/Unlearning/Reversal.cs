using Efface.Detachment;

namespace Efface.Unlearning;

/// <summary>Gradient reversal (Ganin and Lempitsky, ICML 2015).</summary>
public sealed record Reversal()
    : AuxiliaryRecipe(
        new AuxiliarySettings
        {
            Weights = new LossWeights(0, 1, 1),
            Objective = AttributeObjective.Reversal,
            HeadLoss = HeadLoss.CrossEntropy,
            HeadSteps = 1,
        }
    )
{
    /// <inheritdoc/>
    public override string Name => "reversal";

    /// <inheritdoc/>
    public override string Purpose =>
        "Gradient reversal (Ganin and Lempitsky, ICML 2015): the embedding raises the loss of a head that reads the attribute, up to "
        + "knowing nothing.";

    /// <inheritdoc/>
    public override string Promise => "None: it fools its own head.";
}
