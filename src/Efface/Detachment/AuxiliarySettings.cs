namespace Efface.Detachment;

/// <summary>The loss of the task head.</summary>
public enum HeadLoss
{
    /// <summary>The supervised contrastive loss; the classifier on top is trained on detached features.</summary>
    Contrastive,

    /// <summary>Cross-entropy.</summary>
    CrossEntropy,

    /// <summary>Their sum.</summary>
    Both,
}

/// <summary>An auxiliary network (Guo et al., section 3.2).</summary>
public sealed record AuxiliarySettings
{
    /// <summary>λ1, λ2 and λ3.</summary>
    public required LossWeights Weights { get; init; }

    /// <summary>How the extractor treats the attribute heads.</summary>
    public AttributeObjective Objective { get; init; } = AttributeObjective.Confusion;

    /// <summary>The loss of the task head.</summary>
    public HeadLoss HeadLoss { get; init; } = HeadLoss.Both;

    /// <summary>Heads that read each attribute: fooling one need not fool the next. 0 for none.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Steps of the attribute heads per batch, at least 1.</summary>
    public int HeadSteps { get; init; } = 2;

    /// <summary>Width of the heads' hidden layers.</summary>
    public int HeadWidth { get; init; } = 512;

    /// <summary>Adam's step size for heads and decoder.</summary>
    public double HeadRate { get; init; } = 1e-3;
}
