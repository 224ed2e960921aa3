using Efface.Detachment;
using Efface.Training;

namespace Efface.Unlearning;

/// <summary>Guo et al. (ACM MM 2022).</summary>
public sealed record Paper() : AuxiliaryRecipe(new AuxiliarySettings { Weights = new LossWeights(2.5, 1, 5) })
{
    /// <inheritdoc/>
    public override string Name => "paper";

    /// <inheritdoc/>
    public override string Purpose => "Guo et al. (ACM MM 2022): an auxiliary network at a split in the middle, trained locally.";

    /// <inheritdoc/>
    public override string Promise =>
        "None: on CIFAR-10 fresh attackers read less than from the same place before, and far more than its own heads.";

    /// <inheritdoc/>
    public override string? Split => null;

    /// <inheritdoc/>
    public override ScheduleKind Schedule => ScheduleKind.Local;
}
