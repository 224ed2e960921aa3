using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Which network to build.</summary>
public sealed record BackboneOptions
{
    /// <summary>A name of <see cref="Backbones.Names"/>.</summary>
    public string Model { get; init; } = "resnet18";

    /// <summary>
    /// <c>cifar</c> (3×3, stride 1), <c>imagenet</c> (7×7, stride 2, and a max pool) or <c>fast</c> (3×3, stride 2: a quarter of cifar's
    /// work).
    /// </summary>
    public string Stem { get; init; } = "cifar";

    /// <summary>Factor on every stage's channels, rounded to a multiple of 8.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Channels of the image.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Classes of the task.</summary>
    public required int Classes { get; init; }
}

/// <summary>The one list of networks that Efface builds itself.</summary>
public static class Backbones
{
    private sealed record Shape(int[] Blocks, int Expansion, Func<long, long, long, Generator, Module<Tensor, Tensor>> Block);

    private static readonly Dictionary<string, Shape> Shapes = new()
    {
        ["resnet18"] = new([2, 2, 2, 2], BasicBlock.Expansion, (inputs, width, stride, random) =>
            new BasicBlock(inputs, width, stride, random)
        ),
        ["resnet34"] = new([3, 4, 6, 3], BasicBlock.Expansion, (inputs, width, stride, random) =>
            new BasicBlock(inputs, width, stride, random)
        ),
        ["resnet50"] = new([3, 4, 6, 3], BottleneckBlock.Expansion, (inputs, width, stride, random) =>
            new BottleneckBlock(inputs, width, stride, random)
        ),
    };

    /// <summary>Every model's name.</summary>
    public static IReadOnlyCollection<string> Names => Shapes.Keys;

    /// <summary>Every stem's name.</summary>
    public static IReadOnlyList<string> Stems { get; } = ["cifar", "imagenet", "fast"];

    /// <summary>The default stem for images of this side in pixels.</summary>
    public static string DefaultStem(long side) => side <= 64 ? "cifar" : "imagenet";

    /// <summary>What is wrong with <paramref name="options"/>, each with its remedy.</summary>
    public static IEnumerable<Problem> Validate(BackboneOptions options)
    {
        if (!Shapes.ContainsKey(options.Model))
            yield return new Problem($"`ModelSettings.Name` {options.Model}", "no such model", $"Choose one of {string.Join(", ", Names)}");
        if (!Stems.Contains(options.Stem))
            yield return new Problem($"`ModelSettings.Stem` {options.Stem}", "no such stem", $"Choose one of {string.Join(", ", Stems)}");
        if (options.Width is not (> 0 and <= 8))
            yield return new Problem(
                $"`ModelSettings.Width` {options.Width}",
                "not a usable width",
                "Give a factor above 0 and at most 8, such as 0.5"
            );
    }

    /// <summary>Builds a network with random weights, initialised as torchvision does.</summary>
    /// <param name="options">Which network.</param>
    /// <param name="random">Initialises the weights.</param>
    /// <exception cref="InvalidInputException">An option is out of range.</exception>
    public static StagedNetwork Create(BackboneOptions options, Generator random)
    {
        if (Validate(options).ToArray() is { Length: > 0 } problems)
            throw new InvalidInputException(problems);
        var shape = Shapes[options.Model];
        var widths = new[] { 64, 128, 256, 512 }.Select(width => Math.Max(8, (long)Math.Round(width * options.Width / 8) * 8)).ToArray();

        var stages = new List<Stage> { Stem(options, widths[0], random) };
        var inputs = widths[0];
        for (var i = 0; i < widths.Length; i++)
        {
            for (var block = 0; block < shape.Blocks[i]; block++)
            {
                var name = $"layer{i + 1}";
                var isLast = block == shape.Blocks[i] - 1;
                stages.Add(
                    new Stage(
                        isLast ? name : $"{name}.{block}",
                        $"{name}.{block}",
                        shape.Block(inputs, widths[i], i > 0 && block == 0 ? 2 : 1, random)
                    )
                );
                inputs = widths[i] * shape.Expansion;
            }
        }
        stages.Add(
            new Stage(
                StagedNetwork.Embedding,
                [("avgpool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("single", new SinglePrecision())]
            )
        );
        stages.Add(new Stage(StagedNetwork.Head, [("fc", Layers.Linear(inputs, options.Classes, random))]));

        var network = new StagedNetwork(stages);
        foreach (var convolution in network.modules().OfType<Convolution>())
            Normal(convolution.Weight, random);
        return network;
    }

    // He et al. 2015, by fan-out.
    private static void Normal(Tensor weight, Generator random)
    {
        using var noGradient = no_grad();
        weight.normal_(0, Math.Sqrt(2) / Math.Sqrt(weight.shape[0] * weight.shape[2] * weight.shape[3]), random);
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
}
