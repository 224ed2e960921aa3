using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// Detachment of a continuous h without heads: the Hilbert-Schmidt independence criterion (Gretton et al., ALT 2005) of h and z among
/// the images of one y, as a share of the root of their criteria with themselves (Kornblith et al., ICML 2019), averaged over y. For a z of two classes it is, up to a factor, the squared maximum mean discrepancy
/// (Gretton et al., JMLR 2012) between the classes. It sees what its kernel sees: an attacker with other eyes may still read z.
/// </summary>
/// <param name="recipe">λ3.</param>
/// <param name="labels">What is forgotten.</param>
public sealed class KernelIndependence(Recipe recipe, TaskAndAttributes labels) : Detacher
{
    private const int FewestOfTask = 4;

    /// <inheritdoc/>
    public override Tensor Loss(DetachmentInput input)
    {
        using var scope = NewDisposeScope();
        var kernel = Gaussian(input.Representation.flatten(1));
        var loss = torch.zeros([], device: kernel.device);
        for (var k = 0; k < labels.Attributes.Count; k++)
        {
            var dependence = GivenTask(kernel, input.Batch.Task, input.Batch.Attributes[k], k);
            Measure($"dependence.{labels.Attributes[k].Name}", dependence);
            loss += recipe.Forgetting * input.Strength * dependence;
        }
        CountStep();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The unbiased estimate of HSIC (Song et al., JMLR 2012, equation 4) from two kernel matrices: 0 on average for independent samples.
    /// </summary>
    /// <param name="first">f32 or f64 [N, N], N ≥ 4.</param>
    /// <param name="second">The same size.</param>
    public static Tensor Dependence(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        var n = first.shape[0];
        var off = 1 - torch.eye(n, dtype: first.dtype, device: first.device);
        var (k, l) = (first * off, second * off);
        return (((k * l).sum() + k.sum() * l.sum() / ((n - 1.0) * (n - 2.0)) - 2.0 / (n - 2.0) * k.sum([0L]).dot(l.sum([0L]))) / (n * (n - 3.0))).MoveToOuterDisposeScope();
    }

    // As wide as the median distance of the batch: what is far and what is near does not depend on the scale of h.
    private static Tensor Gaussian(Tensor h)
    {
        var squares = h.square().sum([1L], keepdim: true);
        var distances = (squares + squares.t() - 2 * h.matmul(h.t())).clamp(min: 0);
        var width = distances.detach().median().clamp(min: 1e-6);
        return (-distances / width).exp();
    }

    private Tensor GivenTask(Tensor kernel, Tensor task, Tensor attribute, int k)
    {
        var total = torch.zeros([], device: kernel.device);
        for (var y = 0; y < labels.Task.Classes.Count; y++)
        {
            var rows = task.eq(y).nonzero().flatten();
            if (rows.shape[0] < FewestOfTask) continue;
            var z = functional.one_hot(attribute.index_select(0, rows), labels.Attributes[k].Classes.Count).to_type(kernel.dtype);
            var (ofH, ofZ) = (kernel.index_select(0, rows).index_select(1, rows), z.matmul(z.t()));
            // In many dimensions all distances are alike and the criterion is tiny: what counts is its share of what it could be.
            using var scale = (Dependence(ofH, ofH) * Dependence(ofZ, ofZ)).detach().clamp(min: 1e-12).sqrt();
            total += Dependence(ofH, ofZ) / scale * (rows.shape[0] / (double)task.shape[0]);
        }
        return total;
    }

    /// <inheritdoc/>
    protected override void Release() { }
}
