using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// A 3×3 convolution of the image upsampled by two in each direction, without computing that image: upsampling and convolution are both
/// linear, and together they are one transposed convolution with stride 2 and a 4×4 kernel (Dumoulin and Visin, 2016, chapter 4), whose
/// taps are sums of the 3×3 kernel's.
/// </summary>
internal sealed class DoublingConvolution : Module<Tensor, Tensor>
{
    private readonly Conv2d convolution;
    private readonly Tensor folds;

    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="random">Initialises the weights.</param>
    /// <param name="hasBias">Whether each channel has a bias.</param>
    public DoublingConvolution(long inputs, long outputs, Generator random, bool hasBias)
        : base(nameof(DoublingConvolution))
    {
        convolution = Layers.Conv2d(inputs, outputs, 3, random, padding: 1, hasBias: hasBias);
        RegisterComponents();
        folds = Folds().DetachFromDisposeScope();
        register_buffer(nameof(folds), folds, persistent: false);
    }

    /// <summary>f32 [B, inputs, H, W] in, [B, outputs, 2H, 2W] out.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = (convolution.weight.shape[0], convolution.weight.shape[1]);
        // [outputs · inputs, 9] × [9, 16] → [outputs, inputs, 4, 4] → [inputs, outputs, 4, 4]
        var kernel = convolution.weight.view(-1, 9).matmul(folds.to(x.device)).view(outputs, inputs, 4, 4).transpose(0, 1);
        var missing = WholeBlocks.Missing(inputs, x);
        (x, kernel) = (WholeBlocks.Filled(x, 1, missing), WholeBlocks.Filled(kernel, 0, missing));
        return functional.conv_transpose2d(x, kernel, convolution.bias, strides: [2, 2], padding: [1, 1]).MoveToOuterDisposeScope();
    }

    // Which taps of the 3×3 kernel each tap of the 4×4 one sums, f32 [9, 16]. Pixel i of the small image covers 2i and 2i + 1 of the large
    // one, and tap k carries it to 2i - 1 + k: from the first by tap 2 - k of the 3×3 kernel, from the second by 3 - k.
    private static Tensor Folds()
    {
        var folds = new float[9, 16];
        for (var tap = 0; tap < 9; tap++)
        for (var k = 0; k < 16; k++)
            if (Sums(tap / 3, k / 4) && Sums(tap % 3, k % 4))
                folds[tap, k] = 1;
        return torch.tensor(folds);

        static bool Sums(int tap, int k) => tap == 2 - k || tap == 3 - k;
    }
}
