using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// Layers initialised as torch does, but from a given generator: other users of random numbers in this process neither change them nor are
/// changed.
/// </summary>
internal static class Layers
{
    /// <summary>A linear layer, [B, inputs] → [B, outputs].</summary>
    public static Linear Linear(long inputs, long outputs, Generator random, bool hasBias = true)
    {
        var layer = nn.Linear(inputs, outputs, hasBias, META);
        layer.weight = Weight(random, outputs, inputs);
        if (hasBias)
            layer.bias = Bias(random, outputs, inputs);
        return layer;
    }

    /// <summary>A convolution, [B, inputs, H, W] → [B, outputs, H', W'].</summary>
    public static Conv2d Conv2d(
        long inputs,
        long outputs,
        long kernel,
        Generator random,
        long stride = 1,
        long padding = 0,
        bool hasBias = true
    )
    {
        var layer = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias: hasBias, device: META);
        NativeConvolutions.WithoutNnpack();
        layer.weight = Weight(random, outputs, inputs, kernel, kernel);
        if (hasBias)
            layer.bias = Bias(random, outputs, inputs * kernel * kernel);
        return layer;
    }

    /// <summary>Uniform weights up to 1/√fan-in (He et al. 2015, as in torch's layers), of a shape [outputs, inputs, ...].</summary>
    internal static Parameter Weight(Generator random, params long[] shape)
    {
        var fan = Layout.Size(shape[1..]);
        // In torch's order of operations, so that the last digit is the same.
        var bound = Math.Sqrt(3) * (Math.Sqrt(2.0 / (1 + Math.Pow(Math.Sqrt(5), 2))) / Math.Sqrt(fan));
        return Uniform(bound, random, shape);
    }

    /// <summary>Normal weights of variance 2 / fan-out, in place (He et al. 2015).</summary>
    internal static void HeNormal(Tensor weight, Generator random) =>
        Normal(weight, Math.Sqrt(2) / Math.Sqrt(weight.shape[0] * weight.shape[2] * weight.shape[3]), random);

    /// <summary>Uniform weights of variance 2 / (fan-in + fan-out), in place (Glorot and Bengio, AISTATS 2010).</summary>
    internal static void GlorotUniform(Tensor weight, Generator random) =>
        Uniform(weight, Math.Sqrt(6.0 / (weight.shape[0] + weight.shape[1])), random);

    /// <summary>Normal values of mean 0, in place.</summary>
    internal static void Normal(Tensor values, double deviation, Generator random)
    {
        using var noGradient = no_grad();
        values.normal_(0, deviation, random);
    }

    private static void Uniform(Tensor values, double bound, Generator random)
    {
        using var noGradient = no_grad();
        values.uniform_(-bound, bound, random);
    }

    /// <summary>Parameters that begin at 0.</summary>
    internal static Parameter Zeros(params long[] shape) => Full(0, shape);

    /// <summary>Parameters that all begin at one value.</summary>
    internal static Parameter Full(double value, params long[] shape)
    {
        var parameter = new Parameter(full(shape, value));
        // Owned by the module, whatever scope it is created in.
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static Parameter Bias(Generator random, long outputs, long fan) => Uniform(1 / Math.Sqrt(fan), random, outputs);

    private static Parameter Uniform(double bound, Generator random, params long[] shape)
    {
        var parameter = Zeros(shape);
        Uniform(parameter, bound, random);
        return parameter;
    }
}
