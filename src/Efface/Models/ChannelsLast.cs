using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// Channels-last order in memory. In f32 a network must not be in it, although it would be faster there: with two threads the AVX-512
/// convolutions of the library below write beyond their memory for few channels (docs/performance.md).
/// </summary>
internal static class ChannelsLast
{
    /// <summary>The same map, each pixel's channels beside each other.</summary>
    public static Tensor Of(Tensor map)
    {
        using var scope = NewDisposeScope();
        return map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
