using Efface.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Convolution = Efface.Models.Convolution;

namespace Efface.Detachment;

/// <summary>
/// Reads a label from a representation. As strong as an attacker of the audit: its input is standardised by batch norm, its layers are
/// wide, and it takes several steps of Adam per batch; a weak head is fooled long before anything is forgotten.
/// </summary>
internal sealed class Head : Module<Tensor, Tensor>
{
    private readonly Sequential trunk;
    private readonly Linear output;

    /// <param name="shape">The shape of h for one image: [D], [T, D] or [C, H, W].</param>
    /// <param name="classes">The number of classes of the label.</param>
    /// <param name="width">The width of the hidden layers.</param>
    /// <param name="random">Initialises its weights.</param>
    public Head(long[] shape, int classes, int width, Generator random)
        : base(nameof(Head))
    {
        var seen = Layout.Of(shape);
        trunk = Sequential(seen.Length == 1 ? ForVector(seen[0], width, random) : ForMap(seen, width, random));
        output = Layers.Linear(width, classes, random);
        RegisterComponents();
    }

    /// <summary>[B, width], the input of the contrastive loss.</summary>
    public Tensor Features(Tensor h) => trunk.call(Layout.View(h));

    /// <summary>[B, classes] from <see cref="Features"/>.</summary>
    public Tensor Logits(Tensor features) => output.call(features);

    public override Tensor forward(Tensor h) => Logits(Features(h));

    private static Module<Tensor, Tensor>[] ForVector(long size, int width, Generator random) =>
        [
            BatchNorm1d(size, affine: false),
            Layers.Linear(size, width, random, hasBias: false),
            BatchNorm1d(width),
            ReLU(inplace: true),
            Layers.Linear(width, width, random, hasBias: false),
            BatchNorm1d(width),
            ReLU(inplace: true),
        ];

    private static Module<Tensor, Tensor>[] ForMap(long[] shape, int width, Generator random)
    {
        // The sides after two halvings; more than 2 is pooled.
        var (channels, rows, columns) = (shape[0], (shape[1] + 3) / 4, (shape[2] + 3) / 4);
        Module<Tensor, Tensor>[] pool = rows > 2 || columns > 2 ? [AdaptiveAvgPool2d([Math.Min(2, rows), Math.Min(2, columns)])] : [];
        return
        [
            BatchNorm2d(channels, affine: false),
            new Convolution(channels, channels, 3, random, stride: 2),
            BatchNorm2d(channels),
            ReLU(inplace: true),
            new Convolution(channels, width / 4, 3, random, stride: 2),
            BatchNorm2d(width / 4),
            ReLU(inplace: true),
            .. pool,
            Flatten(),
            Layers.Linear(width / 4 * Math.Min(2, rows) * Math.Min(2, columns), width, random, hasBias: false),
            BatchNorm1d(width),
            ReLU(inplace: true),
        ];
    }
}
