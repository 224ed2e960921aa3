using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Models.Balance;

/// <summary>
/// The distribution nearest to logits (Martins and Astudillo, ICML 2016). Unlike softmax's, its shares are exactly 0 and 1 where logits are
/// far apart, and change linearly between.
/// </summary>
internal static class Sparsemax
{
    /// <summary>Shares f32 [B, K] of logits f32 [B, K].</summary>
    public static Tensor Of(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var (sorted, _) = logits.sort(1, descending: true);
        var counts = torch.arange(1, logits.shape[1] + 1, dtype: logits.dtype, device: logits.device);
        var excess = sorted.cumsum(1) - 1;
        var support = (sorted * counts > excess).sum(1, keepdim: true);
        var threshold = excess.gather(1, support - 1) / support;
        return (logits - threshold).clamp(min: 0).MoveToOuterDisposeScope();
    }
}
