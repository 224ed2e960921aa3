using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Erasing;

/// <summary>
/// Makes a reader's logits honest: one factor and a bias for each class, so that exp(logit) is proportional to the share of each class
/// (Guo, Pleiss, Sun and Weinberger, ICML 2017).
/// </summary>
internal static class Calibration
{
    private const int Steps = 200;
    private const double Rate = 0.05;

    /// <summary>The factor and the bias [K].</summary>
    /// <param name="logits">Of rows that the reader did not learn from, f32 [N, K].</param>
    /// <param name="labels">Their classes, int64 [N].</param>
    public static (double Scale, Tensor Bias) Fit(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var scale = new Parameter(torch.ones(1));
        var bias = new Parameter(torch.zeros(logits.shape[1]));
        using var optimiser = new Models.Adam([scale, bias], Rate);
        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            optimiser.Rate = Rate * Optimiser.Cosine((double)step / Steps);
            functional.cross_entropy(logits * scale + bias, labels).backward();
            optimiser.Step();
        }
        return (scale.item<float>(), bias.detach().MoveToOuterDisposeScope());
    }
}
