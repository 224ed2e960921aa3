using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>An attacker's predictions, from torch to C#.</summary>
internal static class Opinions
{
    /// <summary>[N, K] of any type and device.</summary>
    public static double[,] Of(Tensor values)
    {
        var result = new double[values.shape[0], values.shape[1]];
        using var data = values.cpu().to_type(ScalarType.Float64).contiguous().data<double>();
        Buffer.BlockCopy(data.ToArray(), 0, result, 0, result.Length * sizeof(double));
        return result;
    }
}
