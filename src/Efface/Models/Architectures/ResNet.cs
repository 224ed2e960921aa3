using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Architectures;

/// <summary>Residual networks (He et al., CVPR 2016).</summary>
/// <param name="Name">Torchvision's name.</param>
/// <param name="Blocks">How many there are in each of the four layers.</param>
/// <param name="IsDeep">Whether a block is a bottleneck: 1×1, 3×3 and 1×1 convolutions instead of two of 3×3.</param>
internal sealed record ResNet(string Name, int[] Blocks, bool IsDeep = false) : Architecture(Name)
{
    private static readonly int[] Widths = [64, 128, 256, 512];

    // Channels of a block's output for each of its inner channels.
    private int Expansion => IsDeep ? 4 : 1;

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random)
    {
        long[] widths = [.. Widths.Select(width => options.Scaled(width))];
        var stages = new List<Stage> { Stem(options, widths[0], random) };
        var inputs = widths[0];
        for (var i = 0; i < widths.Length; i++)
        for (var block = 0; block < Blocks[i]; block++)
        {
            stages.Add(
                Stage.InLayer(i + 1, block, Blocks[i], [($"layer{i + 1}.{block}", Block(inputs, widths[i], Stride(i, block), random))])
            );
            inputs = widths[i] * Expansion;
        }
        return
        [
            .. stages,
            new Stage(
                StagedNetwork.Embedding,
                [("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("single", new SinglePrecision())]
            ),
            new Stage(StagedNetwork.Head, "fc", Layers.Linear(inputs, options.Classes, random)),
        ];

        static long Stride(int layer, int block) => layer > 0 && block == 0 ? 2 : 1;
    }

    /// <inheritdoc/>
    public override void Initialise(StagedNetwork network, Generator random)
    {
        foreach (var convolution in network.modules().OfType<Convolution>())
            Layers.HeNormal(convolution.Weight, random);
    }

    private static Stage Stem(BackboneOptions options, long width, Generator random)
    {
        var (kernel, stride) = options.Stem switch
        {
            "cifar" => (3, 1),
            "fast" => (3, 2),
            _ => (7, 2),
        };
        var modules = new List<(string, Module<Tensor, Tensor>)>
        {
            ("conv1", new Convolution(options.Channels, width, kernel, random, stride)),
            ("bn1", BatchNorm2d(width)),
            ("relu", ReLU(inplace: true)),
        };
        if (options.Stem == "imagenet")
            modules.Add(("maxpool", MaxPool2d(3, 2, 1)));
        return new Stage("stem", modules);
    }

    private Residual Block(long inputs, long width, long stride, Generator random)
    {
        // The stride is on the 3×3, as in torchvision.
        (long Kernel, long Outputs, long Stride)[] convolutions = IsDeep
            ? [(1, width, 1), (3, width, stride), (1, width * Expansion, 1)]
            : [(3, width, stride), (3, width, 1)];
        var body = new List<(string, Module<Tensor, Tensor>)>();
        var (channels, outputs) = (inputs, width * Expansion);
        foreach (var (number, convolution) in convolutions.Index())
        {
            if (number > 0)
                body.Add(("relu", ReLU(inplace: true)));
            body.Add(($"conv{number + 1}", new Convolution(channels, convolution.Outputs, convolution.Kernel, random, convolution.Stride)));
            body.Add(($"bn{number + 1}", BatchNorm2d(convolution.Outputs)));
            channels = convolution.Outputs;
        }
        return new Residual(body, inputs == outputs && stride == 1 ? null : ("downsample", Shortcut()), ReLU(inplace: true));

        Module<Tensor, Tensor> Shortcut() => Sequential(new Convolution(inputs, outputs, 1, random, stride), BatchNorm2d(outputs));
    }
}
