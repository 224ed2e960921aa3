using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>What a kernel measures of h and z given y; both are 0 on average where they are independent.</summary>
public enum KernelCriterion
{
    /// <summary>The Hilbert-Schmidt independence criterion: classes of z count by their shares.</summary>
    Independence,

    /// <summary>The squared maximum mean discrepancies between the classes of z: rare classes count as much as frequent ones.</summary>
    MeanDiscrepancy,
}

/// <summary>
/// Detachment of a continuous h without heads: a kernel criterion of h and z among the images of one y, averaged over y (Gretton et al.,
/// ALT 2005, and JMLR 2012). It is limited to what its kernel sees: another kind of attacker may still read z.
/// </summary>
/// <remarks>A batch alone is too small, and in h itself the direction that reveals z may be small beside large ones: so the batch is
/// compared with the last representations of earlier batches, in coordinates in which h is white given y. The criterion is in units of the
/// share of z's variance that the best linear reader explains (R²): it does not shrink with the dimension of h.</remarks>
/// <param name="forgetting">λ3 ≥ 0.</param>
/// <param name="criterion">What the kernel measures.</param>
/// <param name="labels">The attributes to forget.</param>
internal sealed class KernelIndependence(double forgetting, KernelCriterion criterion, TaskAndAttributes labels) : Detacher
{
    private const int RememberedBatches = 16,
        FewestOfTask = 4;

    // Relative to the mean variance given y: directions in which h varies less are not amplified into noise.
    private const double Ridge = 1e-3;

    // Few enough that an image does not meet itself from an epoch ago.
    private readonly long _mostImages = labels.Joints.Select(joint => joint.Total).DefaultIfEmpty(0).Max() / 2;

    private readonly Tensor[] _chances =
    [
        .. labels.Joints.Select(joint =>
            torch.tensor(joint.AttributeGivenTask(smoothing: 0)).to_type(ScalarType.Float32).DetachFromDisposeScope()
        ),
    ];

    // Representations [N, D], and the labels of y and of each z, [N].
    private Tensor? _memory;
    private Tensor?[] _remembered = new Tensor?[1 + labels.Attributes.Count];

    /// <inheritdoc/>
    public override Tensor Loss(DetachmentInput input)
    {
        using var scope = NewDisposeScope();
        var h = Vectors(input.Representation);
        // Zero, but still a function of h, so that gradients with respect to h exist.
        var loss = h.narrow(0, 0, 0).sum();
        // With fewer images the estimate of this many directions is meaningless.
        if (_memory is not null && _memory.shape[0] >= Math.Min(Most(h), 2 * h.shape[1]))
        {
            var kernel = Kernel(h, _memory);
            for (var k = 0; k < labels.Attributes.Count; k++)
            {
                var dependence = GivenTask(kernel, input.Batch.Task, input.Batch.Attributes[k], k);
                Measure($"dependence.{labels.Attributes[k].Name}", dependence);
                // The memory is a little old: below zero the batch has only moved on, and further steps would reverse z.
                loss += forgetting * input.Strength * dependence.clamp(min: 0);
            }
        }
        Remember(h, [input.Batch.Task, .. input.Batch.Attributes.Take(labels.Attributes.Count)]);
        CountStep();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>For maps the mean over positions: their full covariance cannot be estimated.</summary>
    private static Tensor Vectors(Tensor h) => h.dim() == 4 ? h.mean([2L, 3L]) : h.flatten(1);

    /// <summary>
    /// A Gaussian kernel on coordinates in which the memory is white given y, as wide as distances are there, and as steep as the inner
    /// product: e·D·exp(-d²/2D), [B, N].
    /// </summary>
    private Tensor Kernel(Tensor h, Tensor memory)
    {
        var map = White(memory, _remembered[0]!);
        var (one, other, dimensions) = (h.matmul(map), memory.matmul(map), h.shape[1]);
        var squares = one.square().sum([1L], keepdim: true) + other.square().sum([1L]) - 2 * one.matmul(other.t());
        return dimensions * (1 - squares.clamp(min: 0) / (2 * dimensions)).exp();
    }

    // [D, D]: multiplying by it whitens the residual of the memory after removing the means of each y.
    private Tensor White(Tensor memory, Tensor task)
    {
        var y = functional.one_hot(task, labels.Task.Classes.Count).to_type(memory.dtype);
        var left = memory - y.matmul(y.t().matmul(memory) / y.sum([0L]).clamp(min: 1).unsqueeze(1));
        var covariance = left.t().matmul(left) / left.shape[0];
        var ridge = Ridge * covariance.diagonal().mean() + 1e-12;
        return linalg.inv(linalg.cholesky(covariance + ridge * torch.eye(memory.shape[1], device: memory.device))).t();
    }

    // The batch against the memory: the images differ, so the mean of their kernel times the residuals of their labels is the criterion
    // itself, without bias.
    private Tensor GivenTask(Tensor kernel, Tensor task, Tensor attribute, int k)
    {
        var total = torch.zeros([], device: kernel.device);
        for (var y = 0; y < labels.Task.Classes.Count; y++)
        {
            Tensor rows = task.eq(y).nonzero().flatten(),
                columns = _remembered[0]!.eq(y).nonzero().flatten();
            if (rows.shape[0] < FewestOfTask || columns.shape[0] < FewestOfTask)
                continue;
            var chances = _chances[k][y].to(kernel.device);
            Tensor Left(Tensor z) => functional.one_hot(z, chances.shape[0]).to_type(kernel.dtype) - chances;
            Tensor one = Left(attribute.index_select(0, rows)),
                other = Left(_remembered[1 + k]!.index_select(0, columns));
            var weighed = other - other.mean([0L], keepdim: true);
            var sum = (kernel.index_select(0, rows).index_select(1, columns).matmul(weighed) * one * Weights(chances)).sum();
            total += sum / (rows.shape[0] * columns.shape[0]) * (rows.shape[0] / (double)task.shape[0]);
        }
        return total;
    }

    // The weight of each class of z, such that 1 is a z that h reveals linearly without error.
    private Tensor Weights(Tensor chances) =>
        criterion switch
        {
            KernelCriterion.MeanDiscrepancy => torch.where(chances > 0, 1 / chances.clamp(min: 1e-6), torch.zeros_like(chances))
                / Math.Max(1, (chances > 0).sum().item<long>() - 1),
            _ => torch.ones_like(chances) / (torch.diag(chances) - chances.outer(chances)).norm().clamp(min: 1e-6),
        };

    private void Remember(Tensor h, IReadOnlyList<Tensor> known)
    {
        using var noGradient = no_grad();
        _memory = Longer(_memory, h.detach());
        _remembered = [.. known.Select((label, i) => Longer(_remembered[i], label))];
    }

    private long Most(Tensor batch) => Math.Min(RememberedBatches * batch.shape[0], _mostImages);

    private Tensor Longer(Tensor? old, Tensor added)
    {
        var all = old is null ? added.clone() : torch.cat([added, old]);
        old?.Dispose();
        return all[TensorIndex.Slice(0, Math.Min(all.shape[0], Most(added)))].clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    protected override Device Device => _memory?.device ?? CPU;

    /// <inheritdoc/>
    protected override void ExchangeOwn(Snapshot snapshot)
    {
        _memory = snapshot.Exchange("memory", _memory, Device);
        for (var i = 0; i < _remembered.Length; i++)
            _remembered[i] = snapshot.Exchange($"label{i}", _remembered[i], Device);
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (var tensor in _chances.Append(_memory).Concat(_remembered))
            tensor?.Dispose();
    }
}
