using Efface.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Detachment;

/// <summary>
/// Reconstructs the input from a representation. For images, its binary cross-entropy stands for -I(h, x) up to a constant, and is reported
/// as a reconstruction error, not as bits (section 3.2 of Guo et al.); for vectors, the squared error does.
/// </summary>
internal sealed class Decoder : Module<Tensor, Tensor>
{
    /// <summary>Channels of the inner layers in training an extractor.</summary>
    public const int UsualWidth = 32;

    // A decoder of vectors has this many hidden units for each channel of a decoder of images.
    private const int UnitsPerChannel = 8;

    private readonly Module<Tensor, Tensor> layers;
    private readonly bool _drawsImages;

    /// <param name="shape">The shape of h for one example: [D], [T, D] or [C, H, W].</param>
    /// <param name="input">The shape of one example: [C, H, W] or [D].</param>
    /// <param name="random">Initialises its weights.</param>
    /// <param name="width">Channels of the inner layers.</param>
    public Decoder(long[] shape, long[] input, Generator random, int width = UsualWidth)
        : base(nameof(Decoder))
    {
        _drawsImages = input.Length == 3;
        layers = Sequential(_drawsImages ? OfImages(Layout.Of(shape), input, random, width) : OfVectors(shape, input, random, width));
        RegisterComponents();
    }

    /// <summary>f32 [B, C, H, W], logits of the pixels, whose sigmoid is the image in [0, 1]; or vectors, f32 [B, D].</summary>
    public override Tensor forward(Tensor h) => layers.call(Layout.View(h));

    /// <summary>The distance of its reconstruction from the originals, a scalar with its graph.</summary>
    /// <param name="h">f32 [B, ...].</param>
    /// <param name="originals">Images in [0, 1], f32 [B, C, H, W]; or vectors, f32 [B, D].</param>
    public Tensor Error(Tensor h, Tensor originals) =>
        _drawsImages ? functional.binary_cross_entropy_with_logits(call(h), originals) : functional.mse_loss(call(h), originals.flatten(1));

    /// <summary>Its images in [0, 1], f32 [B, C, H, W], in evaluation mode and without a graph; null if it reconstructs vectors.</summary>
    public Tensor? Draw(Tensor h)
    {
        if (!_drawsImages)
            return null;
        using var noGradient = no_grad();
        var wasTraining = training;
        eval();
        var drawn = call(h).sigmoid();
        train(wasTraining);
        return drawn;
    }

    private static List<Module<Tensor, Tensor>> OfImages(long[] shape, long[] image, Generator random, int width)
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
        return modules;
    }

    private static List<Module<Tensor, Tensor>> OfVectors(long[] shape, long[] vector, Generator random, int width)
    {
        var units = width * UnitsPerChannel;
        return
        [
            Flatten(),
            Layers.Linear(Layout.Size(shape), units, random, hasBias: false),
            BatchNorm1d(units),
            ReLU(inplace: true),
            Layers.Linear(units, Layout.Size(vector), random),
        ];
    }
}
