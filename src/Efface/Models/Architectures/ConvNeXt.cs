using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Architectures;

/// <summary>Convolutions in the shape of a transformer (Liu et al., CVPR 2022).</summary>
/// <param name="Name">Torchvision's name.</param>
/// <param name="Blocks">How many there are in each of the four layers.</param>
/// <param name="Omitted">The share of examples that the last block is skipped for in training; the first is never skipped.</param>
internal sealed record ConvNeXt(string Name, int[] Blocks, double Omitted) : Architecture(Name)
{
    private const int Expansion = 4;
    private const double FirstScale = 1e-6,
        Weights = 0.02;
    private static readonly int[] Widths = [96, 192, 384, 768];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Stems => ["cifar", "imagenet"];

    /// <inheritdoc/>
    public override int SmallestSide(string stem) => Patch(stem) << (Widths.Length - 1);

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random)
    {
        long[] widths = [.. Widths.Select(width => options.Scaled(width))];
        var patch = Patch(options.Stem!);
        var stages = new List<Stage>
        {
            new(
                "stem",
                [
                    ("features.0.0", new Convolution(options.Channels, widths[0], patch, random, patch, padding: 0, hasBias: true)),
                    ("features.0.1", new ChannelNorm(widths[0], isOfMaps: true)),
                ]
            ),
        };
        var done = 0;
        for (var i = 0; i < widths.Length; i++)
        for (var block = 0; block < Blocks[i]; block++)
        {
            var modules = new List<(string, Module<Tensor, Tensor>)>();
            if (i > 0 && block == 0)
                modules.AddRange([
                    ($"features.{2 * i}.0", new ChannelNorm(widths[i - 1], isOfMaps: true)),
                    ($"features.{2 * i}.1", new Convolution(widths[i - 1], widths[i], 2, random, 2, padding: 0, hasBias: true)),
                ]);
            modules.Add(($"features.{2 * i + 1}.{block}", Block(widths[i], Omitted * done++ / (Blocks.Sum() - 1), random)));
            stages.Add(Stage.InLayer(i + 1, block, Blocks[i], modules));
        }
        return
        [
            .. stages,
            new Stage(
                StagedNetwork.Embedding,
                [
                    ("avgpool", AdaptiveAvgPool2d(1)),
                    ("flatten", Flatten()),
                    ("single", new SinglePrecision()),
                    ("classifier.0", new ChannelNorm(widths[^1])),
                ]
            ),
            new Stage(StagedNetwork.Head, "classifier.2", Layers.Linear(widths[^1], options.Classes, random)),
        ];
    }

    /// <inheritdoc/>
    public override void Initialise(StagedNetwork network, Generator random)
    {
        foreach (var module in network.modules())
            if (module is Convolution { Weight: var kernel })
                Layers.Normal(kernel, Weights, random);
            else if (module is Projection { Weight: var weight })
                Layers.Normal(weight, Weights, random);
        Layers.Normal(network.LastLayer.weight, Weights, random);
        init.zeros_(network.LastLayer.bias);
    }

    private static Residual Block(long size, double omitted, Generator random) =>
        new([
            ("block.0", new Convolution(size, size, 7, random, isDepthwise: true, hasBias: true)),
            ("block.1", new Permutation(isToMaps: false)),
            ("block.2", new ChannelNorm(size)),
            ("block.3", new Projection(size, Expansion * size, random)),
            ("block.4", GELU()),
            ("block.5", new Projection(Expansion * size, size, random)),
            ("block.6", new Permutation(isToMaps: true)),
            ("", new LayerScale(size, FirstScale)),
            ("stochastic_depth", new Omission(omitted, random, ofExamples: true)),
        ]);

    private static int Patch(string stem) => stem == "cifar" ? 2 : 4;
}
