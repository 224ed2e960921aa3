using Efface.Detachment;

namespace Efface.Unlearning;

/// <summary>The maximum mean discrepancy (Gretton et al., JMLR 2012).</summary>
public sealed record Mmd : KernelRecipe
{
    /// <inheritdoc/>
    public override string Name => "mmd";

    /// <inheritdoc/>
    public override string Purpose =>
        "Equal distributions of the embedding for all classes of the attribute given the task (MMD: Gretton et al., JMLR 2012), end to "
        + "end.";

    /// <inheritdoc/>
    public override string Promise =>
        "None: blind to what the kernel does not see, which is most of what is not linear; of two classes it is hsic.";

    /// <inheritdoc/>
    protected override KernelCriterion Criterion => KernelCriterion.MeanDiscrepancy;
}
