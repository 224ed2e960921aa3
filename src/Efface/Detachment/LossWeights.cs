namespace Efface.Detachment;

/// <summary>The weights of a block's loss.</summary>
/// <param name="Reconstruction">λ1 ≥ 0, of the reconstruction.</param>
/// <param name="Task">λ2 ≥ 0, of the task.</param>
/// <param name="Forgetting">λ3 ≥ 0, of forgetting.</param>
public sealed record LossWeights(double Reconstruction, double Task, double Forgetting)
{
    /// <summary>Interpolates linearly towards other weights.</summary>
    /// <param name="other">The end of the way.</param>
    /// <param name="way">In [0, 1].</param>
    public LossWeights Towards(LossWeights other, double way)
    {
        double Between(double first, double end) => first + way * (end - first);
        return new LossWeights(
            Between(Reconstruction, other.Reconstruction),
            Between(Task, other.Task),
            Between(Forgetting, other.Forgetting)
        );
    }
}
