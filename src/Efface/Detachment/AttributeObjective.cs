using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>How the extractor treats an attribute head: D_k of the detachment loss.</summary>
public enum AttributeObjective
{
    /// <summary>
    /// KL(p(z|y) ‖ q(z|h)): the head is left with what the task reveals and nothing more. Bounded below by 0, where q = p(z|y).
    /// </summary>
    Confusion,

    /// <summary>
    /// log K - H(q(z|h)): the head is left without any preference, even where the task reveals z (Roy and Boddeti, CVPR 2019).
    /// </summary>
    Entropy,

    /// <summary>-CE(q(z|h), z), clipped where the head knows nothing, at H(z) (Ganin and Lempitsky, ICML 2015).</summary>
    Reversal,
}

/// <summary>The three objectives as functions of a head's logits.</summary>
internal static class AttributeObjectives
{
    /// <summary>D_k in nats, a scalar.</summary>
    /// <param name="objective">Which one.</param>
    /// <param name="logits">The head's, f32 [B, K].</param>
    /// <param name="attribute">z, int64 [B].</param>
    /// <param name="attributeGivenTask">p(z|y) of each image, f32 [B, K].</param>
    /// <param name="attributeEntropy">H(z) in nats.</param>
    public static Tensor Compute(
        AttributeObjective objective,
        Tensor logits,
        Tensor attribute,
        Tensor attributeGivenTask,
        double attributeEntropy
    )
    {
        using var scope = NewDisposeScope();
        return (
            objective switch
            {
                AttributeObjective.Confusion => functional.kl_div(
                    functional.log_softmax(logits, 1),
                    attributeGivenTask,
                    log_target: false,
                    reduction: Reduction.Sum
                ) / logits.shape[0],
                AttributeObjective.Entropy => Math.Log(logits.shape[1]) - Information.Entropy(functional.softmax(logits, 1)).mean(),
                AttributeObjective.Reversal => -functional.cross_entropy(logits, attribute).clamp(max: attributeEntropy),
                _ => throw new ArgumentOutOfRangeException(nameof(objective)),
            }
        ).MoveToOuterDisposeScope();
    }
}
