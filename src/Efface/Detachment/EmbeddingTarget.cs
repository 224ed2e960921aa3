using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Detachment;

/// <summary>The untouched model's standardised embedding as the target of a code: distillation of its geometry.</summary>
internal sealed class EmbeddingTarget : IDisposable
{
    private const double Smallest = 1e-6;

    private readonly StagedNetwork _untouched;
    private readonly int _last;

    /// <param name="untouched">With the stages embedding and head; owned from now on, and never trained.</param>
    public EmbeddingTarget(StagedNetwork untouched)
    {
        (_untouched, _last, Size) = (untouched, untouched.IndexOf(StagedNetwork.Embedding), untouched.LastLayer.weight.shape[1]);
        _untouched.eval();
    }

    /// <summary>D, numbers per image.</summary>
    public long Size { get; }

    /// <summary>The target, f32 [B, D]: of mean 0 and variance 1 over the batch, without a graph.</summary>
    /// <param name="input">Normalised images, f32 [B, C, H, W].</param>
    public Tensor Of(Tensor input)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var embedding = _untouched.Run(input, ..(_last + 1));
        return ((embedding - embedding.mean([0L])) / (embedding.std(0, unbiased: false) + Smallest)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _untouched.Dispose();
}
