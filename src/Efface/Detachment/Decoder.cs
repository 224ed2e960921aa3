using Efface.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// Draws the image again from a representation; its binary cross-entropy stands for -I(h, x) up to a constant, and is reported as
/// a reconstruction error, not as bits (section 3.2 of Guo et al.).
/// </summary>
public sealed class Decoder : Module<Tensor, Tensor>
{
    /// <summary>Channels of the inner layers beside an extractor.</summary>
    public const int UsualWidth = 32;

    private readonly Module<Tensor, Tensor> layers;

    /// <param name="shape">Of h for one image: [D] or [C, H, W].</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="random">Where its weights come from.</param>
    /// <param name="width">Channels of the inner layers.</param>
    public Decoder(long[] shape, long[] image, Generator random, int width = UsualWidth)
        : base(nameof(Decoder))
    {
        var modules = new List<Module<Tensor, Tensor>>();
        long side = shape.Length == 1 ? 4 : shape[1];
        if (shape.Length == 1)
            modules.AddRange([Layers.Linear(shape[0], width * side * side, random), Unflatten(1, [width, side, side])]);
        else
            modules.Add(Layers.Conv2d(shape[0], width, 3, random, padding: 1, hasBias: false));
        modules.AddRange([BatchNorm2d(width), ReLU(inplace: true)]);
        for (; side * 2 < image[1]; side *= 2)
            modules.AddRange([new DoublingConvolution(width, width, random, hasBias: false), BatchNorm2d(width), ReLU(inplace: true)]);
        if (side * 2 == image[1] && image[1] == image[2])
            modules.Add(new DoublingConvolution(width, image[0], random, hasBias: true));
        else
            modules.AddRange([Upsample(size: [image[1], image[2]]), Layers.Conv2d(width, image[0], 3, random, padding: 1)]);
        layers = Sequential(modules);
        RegisterComponents();
    }

    /// <summary>Logits of the pixels, f32 [B, C, H, W]; their sigmoid is the image in [0, 1].</summary>
    public override Tensor forward(Tensor h) => layers.call(h);
}
