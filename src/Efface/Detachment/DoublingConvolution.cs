using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// A 3×3 convolution of the image that is twice as large in each direction, without making that image: where every pixel stands four times, the
/// kernel meets only 2×2 different ones, so that it is four smaller kernels on the small image (sub-pixel convolution, Shi et al., CVPR 2016).
/// </summary>
internal sealed class DoublingConvolution : Module<Tensor, Tensor>
{
    private readonly Conv2d convolution;
    private readonly Tensor folds;

    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="hasBias">Whether each channel has one.</param>
    public DoublingConvolution(long inputs, long outputs, bool hasBias) : base(nameof(DoublingConvolution))
    {
        convolution = Conv2d(inputs, outputs, 3, padding: 1, bias: hasBias);
        RegisterComponents();
        folds = Folds().DetachFromDisposeScope();
        register_buffer(nameof(folds), folds, persistent: false);
    }

    /// <summary>f32 [B, inputs, H, W] in, [B, outputs, 2H, 2W] out.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = (convolution.weight.shape[0], convolution.weight.shape[1]);
        // [outputs · inputs, 9] × [9, 36] → [outputs, inputs, phase, 9] → [outputs · phase, inputs, 3, 3]
        var kernels = convolution.weight.view(-1, 9).matmul(folds.to(x.device)).view(outputs, inputs, 4, 9).transpose(1, 2).reshape(outputs * 4, inputs, 3, 3);
        var phases = functional.conv2d(x, kernels, convolution.bias?.repeat_interleave(4), padding: [1, 1]);
        return functional.pixel_shuffle(phases, 2).MoveToOuterDisposeScope();
    }

    // Which tap of the large kernel falls on which of the small one, f32 [9, 4 · 9]: in phase 0 taps -1, 0, 1 meet pixels -1, 0, 0, in phase 1 pixels 0, 0, 1.
    private static Tensor Folds()
    {
        var folds = new float[9, 36];
        for (var phase = 0; phase < 4; phase++)
            for (var tap = 0; tap < 9; tap++)
                folds[tap, phase * 9 + Meets(tap / 3, phase / 2) * 3 + Meets(tap % 3, phase % 2)] = 1;
        return torch.tensor(folds);

        static int Meets(int tap, int phase) => (tap + phase + 1) / 2;
    }
}
