using System.Text;
using static TorchSharp.torch;

namespace Efface.Tests.Models.Architectures;

/// <summary>Weights and images from a formula that tools/golden-architectures.py has too.</summary>
internal static class Formula
{
    /// <summary>An image of values in [-1, 1).</summary>
    public static Tensor Image(params long[] shape) => Values("image", shape);

    /// <summary>Sets a parameter or buffer to values that keep activations near 1.</summary>
    public static void Fill(string name, Tensor parameter)
    {
        using var values = Values(name, parameter.shape);
        if (parameter.dim() > 1)
            values.mul_(Math.Sqrt(6.0 / parameter.shape[1..].Aggregate(1L, (size, length) => size * length)));
        else if (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal))
            values.div_(2).add_(1);
        else
            values.div_(10);
        parameter.copy_(values);
    }

    // An integer hash of the name and the place.
    private static Tensor Values(string name, long[] shape)
    {
        var seed = Encoding.UTF8.GetBytes(name).Aggregate(2166136261u, (hash, letter) => (hash ^ letter) * 16777619);
        var values = new float[shape.Aggregate(1L, (size, length) => size * length)];
        for (var i = 0u; i < values.Length; i++)
        {
            var x = unchecked(i * 0x9E3779B9u + seed);
            x = (x ^ x >> 16) * 0x7FEB352D;
            x = (x ^ x >> 15) * 0x846CA68B;
            x ^= x >> 16;
            values[i] = (x >> 8) / (float)(1 << 23) - 1;
        }
        return tensor(values, shape);
    }
}
