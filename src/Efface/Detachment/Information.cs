using static TorchSharp.torch;

namespace Efface.Detachment;

/// <summary>Information in bits, counted from tables or bounded by a head's cross-entropy.</summary>
internal static class Information
{
    /// <summary>Nats to bits.</summary>
    public const double BitsPerNat = 1.4426950408889634;

    /// <summary>
    /// The lower bound I(h, label) ≥ H(label) - CE in bits, from a head's mean cross-entropy in nats (section 3.2 of Guo et al.).
    /// Negative when the head is worse than the label's own distribution.
    /// </summary>
    public static double LowerBound(double entropyBits, double crossEntropyNats) => entropyBits - crossEntropyNats * BitsPerNat;

    /// <summary>
    /// I(c; z | y) in nats, differentiable in the table: Σ p(c,y,z) log [p(c,y,z) p(y) / (p(c,y) p(y,z))].
    /// Empty cells count as zero.
    /// </summary>
    /// <param name="joint">p(c, y, z), f32 or f64 [C, Y, Z], of sum one.</param>
    public static Tensor Conditional(Tensor joint)
    {
        using var scope = NewDisposeScope();
        var taskAndAttribute = joint.sum(0, keepdim: true);
        var codeAndTask = joint.sum(2, keepdim: true);
        var task = taskAndAttribute.sum(2, keepdim: true);
        return (
            XLogX(joint).sum() + XLogX(task).sum() - XLogX(codeAndTask).sum() - XLogX(taskAndAttribute).sum()
        ).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The bias of the plug-in estimate of I(c; z | y) when z and c are independent given y: Σ_y (M - 1)(K_y - 1) / (2n) nats, to first
    /// order (Miller 1955, for each y).
    /// </summary>
    /// <param name="codes">M, the codes in use.</param>
    /// <param name="attributeClasses">K_y: for each class of y, how many classes of z occur with it.</param>
    /// <param name="samples">n.</param>
    public static double ConditionalBias(int codes, IEnumerable<int> attributeClasses, double samples) =>
        attributeClasses.Sum(classes => (codes - 1.0) * Math.Max(0, classes - 1)) / (2 * samples);

    /// <summary>Entropy in nats along the last dimension of probabilities, differentiable; zero probabilities count as zero.</summary>
    public static Tensor Entropy(Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        return XLogX(probabilities).sum(-1).neg().MoveToOuterDisposeScope();
    }

    // The floor keeps the gradient of x log x finite in empty cells.
    private static Tensor XLogX(Tensor x) => x * x.clamp(min: 1e-12).log();
}
