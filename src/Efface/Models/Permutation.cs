using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Orders the dimensions of maps anew: [B, C, H, W] → [B, H, W, C], or back.</summary>
/// <param name="isToMaps">Whether it goes back to [B, C, H, W].</param>
internal sealed class Permutation(bool isToMaps) : Module<Tensor, Tensor>(nameof(Permutation))
{
    /// <summary>The numbers of the input's dimensions in the order of the output's.</summary>
    public IReadOnlyList<long> Order { get; } = isToMaps ? [0, 3, 1, 2] : [0, 2, 3, 1];

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => isToMaps ? ToMaps(input) : ToChannelsLast(input);

    /// <summary>[B, C, H, W] → [B, H, W, C].</summary>
    public static Tensor ToChannelsLast(Tensor map) => map.permute(0, 2, 3, 1);

    /// <summary>[B, H, W, C] → [B, C, H, W]; in f32 in that order in memory, too (<see cref="ChannelsLast"/> says why).</summary>
    public static Tensor ToMaps(Tensor values)
    {
        using var scope = NewDisposeScope();
        var map = values.permute(0, 3, 1, 2);
        return (values.dtype == ScalarType.Float32 ? map.contiguous() : map).MoveToOuterDisposeScope();
    }
}
