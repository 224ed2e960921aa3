using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>What a kernel measures of h and z among the images of one y; both are 0 on average where they are independent.</summary>
public enum KernelCriterion
{
    /// <summary>The Hilbert-Schmidt independence criterion, as a share of the root of the criteria of h and z with themselves (Kornblith et al., ICML 2019).</summary>
    Independence,

    /// <summary>The squared maximum mean discrepancies between the classes of z, each weighted by both their shares: the variance between classes in the kernel's space, as a share of all.</summary>
    MeanDiscrepancy,
}

/// <summary>
/// Detachment of a continuous h without heads: a kernel's criterion of h and z among the images of one y, averaged over y (Gretton et al., ALT 2005, and JMLR 2012).
/// It sees what its kernel sees: an attacker with other eyes may still read z.
/// </summary>
/// <param name="recipe">λ3 and the criterion.</param>
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

    /// <summary>
    /// Σ p_a p_b MMD²(a, b) over pairs of classes, from unbiased estimates (Gretton et al., JMLR 2012, equation 3), over the variance 1/N Σ k(i, i) - 1/(N(N-1)) Σ k(i, j):
    /// 0 on average where all classes are distributed alike. A class of one image counts for nothing.
    /// </summary>
    /// <param name="kernel">f32 or f64 [N, N], N ≥ 2.</param>
    /// <param name="classes">One-hot, [N, K].</param>
    public static Tensor Discrepancy(Tensor kernel, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var (n, self) = ((double)kernel.shape[0], kernel.diagonal());
        var counts = classes.sum([0L]);
        var sums = classes.t().matmul(kernel).matmul(classes) - torch.diag(classes.t().mv(self));
        var means = sums / (counts.outer(counts) - torch.diag(counts)).clamp(min: 1);
        var within = means.diagonal();
        var weights = counts.masked_fill(counts < 2, 0) / n;
        var between = (weights.outer(weights) * (within.unsqueeze(0) + within.unsqueeze(1) - 2 * means)).sum() / 2;
        var variance = self.sum() / n - (kernel.sum() - self.sum()) / (n * (n - 1));
        return (between / variance.detach().clamp(min: 1e-12)).MoveToOuterDisposeScope();
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
            var ofH = kernel.index_select(0, rows).index_select(1, rows);
            var criterion = recipe.Criterion == KernelCriterion.MeanDiscrepancy ? Discrepancy(ofH, z) : Share(ofH, z.matmul(z.t()));
            total += criterion * (rows.shape[0] / (double)task.shape[0]);
        }
        return total;
    }

    // In many dimensions all distances are alike and the criterion is tiny: what counts is its share of what it could be.
    private static Tensor Share(Tensor ofH, Tensor ofZ)
    {
        using var scale = (Dependence(ofH, ofH) * Dependence(ofZ, ofZ)).detach().clamp(min: 1e-12).sqrt();
        return Dependence(ofH, ofZ) / scale;
    }

    /// <inheritdoc/>
    protected override void Release() { }
}
