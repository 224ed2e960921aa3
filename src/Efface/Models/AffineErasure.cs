using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>x - (x - mean) · removedᵀ: removes some directions from vectors. A new one removes nothing.</summary>
public sealed class AffineErasure : Module<Tensor, Tensor>
{
    private readonly Tensor mean,
        removed;

    /// <param name="size">D of the vectors.</param>
    public AffineErasure(long size)
        : base(nameof(AffineErasure))
    {
        (mean, removed) = (torch.zeros(size).DetachFromDisposeScope(), torch.zeros(size, size).DetachFromDisposeScope());
        register_buffer(nameof(mean), mean);
        register_buffer(nameof(removed), removed);
    }

    /// <summary>Sets what is removed from now on.</summary>
    /// <param name="ofMean">[D].</param>
    /// <param name="directions">[D, D]: maps a difference from the mean to the part removed.</param>
    public void Set(Tensor ofMean, Tensor directions)
    {
        using var noGradient = no_grad();
        mean.copy_(ofMean);
        removed.copy_(directions);
    }

    /// <summary>f32 [B, D] in and out.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x - (x - mean).matmul(removed.t())).MoveToOuterDisposeScope();
    }
}
