using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Architectures;

/// <summary>Depthwise convolutions between narrow maps (Sandler et al., CVPR 2018).</summary>
internal sealed record MobileNetV2() : Architecture("mobilenet_v2")
{
    private const int StemWidth = 32,
        LastWidth = 1280;
    private const double Omitted = 0.2;

    // Table 2 of the paper.
    private static readonly (int Expansion, int Width, int Blocks, int Stride)[] Rows =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random)
    {
        var (inputs, number) = (options.Scaled(StemWidth), 0);
        var (stemStride, secondStride) = options.Stem switch
        {
            "cifar" => (1, 1),
            "fast" => (2, 1),
            _ => (2, 2),
        };
        var stem = new Convolution(options.Channels, inputs, 3, random, stemStride);
        var stages = new List<Stage> { new("stem", Activated($"features.{number++}.", stem, inputs)) };
        foreach (var (layer, (expansion, width, blocks, usualStride)) in Rows.Index())
            for (var block = 0; block < blocks; block++)
            {
                var stride =
                    block > 0 ? 1
                    : layer == 1 ? secondStride
                    : usualStride;
                var outputs = options.Scaled(width);
                var module = Block(inputs, outputs, expansion, stride, random);
                stages.Add(Stage.InLayer(layer + 1, block, blocks, [($"features.{number++}", module)]));
                inputs = outputs;
            }
        var last = options.Scaled(LastWidth);
        return
        [
            .. stages,
            new Stage(
                StagedNetwork.Embedding,
                [
                    .. Activated($"features.{number}.", new Convolution(inputs, last, 1, random), last),
                    ("avgpool", AdaptiveAvgPool2d(1)),
                    ("flatten", Flatten()),
                    ("single", new SinglePrecision()),
                ]
            ),
            // What is released loses nothing: the omission belongs to the head.
            new Stage(
                StagedNetwork.Head,
                [("classifier.0", new Omission(Omitted, random)), ("classifier.1", Layers.Linear(last, options.Classes, random))]
            ),
        ];
    }

    /// <inheritdoc/>
    public override void Initialise(StagedNetwork network, Generator random) => InitialiseByFanOut(network, random);

    // Wider inside, where each channel is convolved by itself; the output is not activated.
    private static Module<Tensor, Tensor> Block(long inputs, long outputs, int expansion, long stride, Generator random)
    {
        var (inner, number) = (inputs * expansion, 0);
        var body = new List<(string, Module<Tensor, Tensor>)>();
        if (expansion > 1)
            body.AddRange(Activated($"conv.{number++}.", new Convolution(inputs, inner, 1, random), inner));
        body.AddRange(Activated($"conv.{number++}.", new Convolution(inner, inner, 3, random, stride, isDepthwise: true), inner));
        body.Add(($"conv.{number++}", new Convolution(inner, outputs, 1, random)));
        body.Add(($"conv.{number}", BatchNorm2d(outputs)));
        return stride == 1 && inputs == outputs ? new Residual(body) : new Composed(body);
    }

    private static List<(string, Module<Tensor, Tensor>)> Activated(string under, Convolution convolution, long outputs) =>
        [($"{under}0", convolution), ($"{under}1", BatchNorm2d(outputs)), ($"{under}2", ReLU6(inplace: true))];
}
