using Efface.Detachment;

namespace Efface.Unlearning;

/// <summary>The Hilbert-Schmidt independence criterion (Gretton et al., ALT 2005).</summary>
public sealed record Hsic : KernelRecipe
{
    /// <inheritdoc/>
    public override string Name => "hsic";

    /// <inheritdoc/>
    public override string Purpose =>
        "Kernel independence of the embedding and the attribute given the task (HSIC: Gretton et al., ALT 2005), end to end.";

    /// <inheritdoc/>
    public override string Promise => "None: blind to what the kernel does not see, which is most of what is not linear.";

    /// <inheritdoc/>
    protected override KernelCriterion Criterion => KernelCriterion.Independence;
}
