using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Brings maps into channels-last order in memory, in which what follows leaves them: there batch norm takes half to a tenth of the time, pooling a third,
/// and a network 5 to 20% less. What is computed is the same.
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
