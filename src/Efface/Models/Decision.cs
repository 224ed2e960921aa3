using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Logits f32 [B, K] in, the one-hot decision out: f32 [B, K].</summary>
internal sealed class Decision() : Module<Tensor, Tensor>(nameof(Decision))
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return functional.one_hot(logits.argmax(1), logits.shape[1]).to_type(logits.dtype).MoveToOuterDisposeScope();
    }
}
