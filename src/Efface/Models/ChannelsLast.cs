using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// Channels-last memory order. In f32 a network must not use it, although it would be faster: with two threads, the AVX-512 convolutions of
/// the library below write beyond their memory for few channels (docs/performance.md).
/// </summary>
internal static class ChannelsLast
{
    /// <summary>The same map, with each pixel's channels adjacent.</summary>
    public static Tensor Of(Tensor map)
    {
        using var scope = NewDisposeScope();
        return map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
