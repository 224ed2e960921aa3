using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Brings f32 maps into channels-last order, in which pooling takes a third of the time, or back. 16 bits stay as they are: they are in that order throughout.
/// </summary>
/// <param name="channelsLast">Into that order.</param>
internal sealed class MemoryOrder(bool channelsLast) : Module<Tensor, Tensor>(nameof(MemoryOrder))
{
    public override Tensor forward(Tensor input) => input.dtype != ScalarType.Float32 ? input.alias() : channelsLast ? ChannelsLast(input) : input.contiguous().alias();

    /// <summary>The same map, each pixel's channels beside each other in memory.</summary>
    public static Tensor ChannelsLast(Tensor map)
    {
        using var scope = NewDisposeScope();
        return map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
