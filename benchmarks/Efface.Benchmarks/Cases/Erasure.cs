using Efface.Auditing;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>
/// What a linear discriminator that is trained together with the extractor can force it to hide: after it, no linear reader fitted on the
/// training images gains anything there (Belrose et al., LEACE, NeurIPS 2023), and whatever is not linear stays.
/// </summary>
public static class Erasure
{
    /// <summary>Projects vectors [N, D] so that the training images' covariance with z vanishes.</summary>
    public static AttackParts OfLinear(AttackParts parts)
    {
        var training = parts.Training.Values.to_type(ScalarType.Float64);
        var mean = training.mean([0L], keepdim: true);
        var centred = training - mean;
        var z = torch.tensor(parts.Training.Attribute.Select(label => (double)label).ToArray());
        var covariance = centred.t().matmul((z - z.mean()).unsqueeze(1));
        var direction = linalg.solve(centred.t().matmul(centred), covariance);
        var projection =
            torch.eye(training.shape[1], dtype: ScalarType.Float64) - direction.matmul(covariance.t()) / (covariance * direction).sum();
        return parts.With(parts.Problem, set =>
            ((set.Values.to_type(ScalarType.Float64) - mean).matmul(projection) + mean).to_type(ScalarType.Float32)
        );
    }
}
