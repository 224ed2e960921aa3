using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// How heads, decoders and attackers view a representation. A vector [D] as it is; a map [C, H, W] with convolutions; tokens [T, D] as a
/// map of D channels, T rows and one column.
/// </summary>
public static class Layout
{
    /// <summary>The viewed shape, [D] or [C, H, W].</summary>
    /// <param name="shape">The shape of one representation: [D], [T, D] or [C, H, W].</param>
    /// <exception cref="ArgumentException">It has another number of dimensions.</exception>
    public static long[] Of(long[] shape) =>
        shape switch
        {
            [var tokens, var size] => [size, tokens, 1],
            { Length: 1 or 3 } => shape,
            _ => throw new ArgumentException($"a representation has one to three dimensions, not {shape.Length}", nameof(shape)),
        };

    /// <summary>Representations [B, ...] in the viewed shape.</summary>
    public static Tensor View(Tensor h)
    {
        if (h.dim() != 3)
            return h;
        using var scope = NewDisposeScope();
        // A mere view would be in channels-last order.
        return h.transpose(1, 2).contiguous().unsqueeze(3).MoveToOuterDisposeScope();
    }

    /// <summary>The number of values in a shape.</summary>
    internal static long Size(long[] shape) => shape.Aggregate(1L, (product, length) => product * length);
}
