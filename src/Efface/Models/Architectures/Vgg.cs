using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Architectures;

/// <summary>3×3 convolutions with batch norm, and a perceptron on top (Simonyan and Zisserman, ICLR 2015).</summary>
/// <param name="Name">Torchvision's name.</param>
/// <param name="Widths">The channels of each convolution; each layer ends in a max pool.</param>
internal sealed record Vgg(string Name, int[][] Widths) : Architecture(Name)
{
    private const int Hidden = 4096,
        PooledSide = 7;
    private const double Omitted = 0.5;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Stems => ["imagenet"];

    /// <inheritdoc/>
    public override int SmallestSide(string stem) => 1 << Widths.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages(BackboneOptions options, Generator random)
    {
        var stages = new List<Stage>();
        var (inputs, number) = ((long)options.Channels, 0);
        foreach (var (layer, widths) in Widths.Index())
        {
            var modules = new List<(string, Module<Tensor, Tensor>)>();
            foreach (var width in widths)
            {
                var outputs = options.Scaled(width);
                modules.Add(($"features.{number++}", new Convolution(inputs, outputs, 3, random, hasBias: true)));
                modules.Add(($"features.{number++}", BatchNorm2d(outputs)));
                modules.Add(($"features.{number++}", ReLU(inplace: true)));
                inputs = outputs;
            }
            modules.Add(($"features.{number++}", MaxPool2d(2, 2)));
            stages.Add(new Stage($"layer{layer + 1}", modules));
        }
        var hidden = options.Scaled(Hidden);
        return
        [
            .. stages,
            new Stage(
                StagedNetwork.Embedding,
                [
                    ("avgpool", AdaptiveAvgPool2d(PooledSide)),
                    ("flatten", Flatten()),
                    ("single", new SinglePrecision()),
                    ("classifier.0", Layers.Linear(inputs * PooledSide * PooledSide, hidden, random)),
                    ("classifier.1", ReLU(inplace: true)),
                    ("classifier.2", new Omission(Omitted, random)),
                    ("classifier.3", Layers.Linear(hidden, hidden, random)),
                    ("classifier.4", ReLU(inplace: true)),
                ]
            ),
            // What is released loses nothing: the last omission belongs to the head.
            new Stage(
                StagedNetwork.Head,
                [("classifier.5", new Omission(Omitted, random)), ("classifier.6", Layers.Linear(hidden, options.Classes, random))]
            ),
        ];
    }

    /// <inheritdoc/>
    public override void Initialise(StagedNetwork network, Generator random) => InitialiseByFanOut(network, random);
}
