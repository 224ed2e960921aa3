namespace Efface.Detachment;

/// <summary>A discrete bottleneck, in which information is counted and minimised.</summary>
public sealed record CodeSettings
{
    /// <summary>λ1 of the reconstructed image, λ2 of the task, λ3 of forgetting.</summary>
    public required LossWeights Weights { get; init; }

    /// <summary>B: the bottleneck has 2^B codes.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Factor of the joint table's moving average; 0.98 remembers about a hundred batches.</summary>
    public double Memory { get; init; } = 0.98;

    /// <summary>Weight of the assignments' entropy: makes each image choose one code.</summary>
    public double Sharpening { get; init; } = 0.02;

    /// <summary>Weight of the marginal's entropy: makes all codes used.</summary>
    public double Usage { get; init; } = 0.02;

    /// <summary>
    /// Weight of the untouched model's embedding, reconstructed from the code: the mean squared error of its standardised numbers. From
    /// scratch there is none.
    /// </summary>
    public double Distillation { get; init; }

    /// <summary>Weight of the cross-entropy of each attribute that must stay readable in the code.</summary>
    public double Retention { get; init; } = 1;

    /// <summary>Adam's step size for bottleneck, classifier, decoder and heads.</summary>
    public double Rate { get; init; } = 1e-2;

    /// <summary>M: how many codes there are.</summary>
    public long Codes => 1L << Bits;
}
