using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Brings maps into channels-last order in memory, in which what follows leaves them: there batch norm of small maps and pooling take half the time
/// (docs/performance.md). What is computed is the same.
/// </summary>
internal sealed class ChannelsLast() : Module<Tensor, Tensor>(nameof(ChannelsLast))
{
    public override Tensor forward(Tensor input) => Of(input);

    /// <summary>The same map, each pixel's channels beside each other.</summary>
    public static Tensor Of(Tensor map)
    {
        using var scope = NewDisposeScope();
        return map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
