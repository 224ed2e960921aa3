using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>Supervised contrastive loss (Khosla et al., NeurIPS 2020, equation 2), as in InfoPro and Guo et al.</summary>
internal static class ContrastiveLoss
{
    /// <summary>The paper's temperature.</summary>
    public const double Temperature = 0.07;

    /// <summary>
    /// Mean over the anchors that have a positive of -1/|P| Σ_P log softmax over all others. Zero (with a zero gradient) if no anchor has a
    /// positive, and so for a single image.
    /// </summary>
    /// <param name="features">f32 [B, D]; normalised to length one here.</param>
    /// <param name="labels">int64 [B].</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Compute(Tensor features, Tensor labels, double temperature = Temperature)
    {
        using var scope = NewDisposeScope();
        var count = features.shape[0];
        var directions = functional.normalize(features, dim: 1);
        var similarity = directions.matmul(directions.t()) / temperature;
        var self = torch.eye(count, dtype: ScalarType.Bool, device: features.device);
        var positives = labels.unsqueeze(0).eq(labels.unsqueeze(1)).logical_and(self.logical_not()).to_type(features.dtype);

        // A large finite number instead of -∞ keeps 0 · x from becoming NaN when an image is alone.
        var others = similarity.masked_fill(self, -1e9);
        var logProbability = similarity - others.logsumexp(1, keepdim: true);
        var positiveCount = positives.sum(1);
        var each = -(positives * logProbability).sum(1) / positiveCount.clamp(min: 1);
        return (each.sum() / positiveCount.gt(0).sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }
}
