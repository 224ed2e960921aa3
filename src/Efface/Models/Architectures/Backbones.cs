using static TorchSharp.torch;

namespace Efface.Models.Architectures;

/// <summary>Which network to build.</summary>
public sealed record BackboneOptions
{
    /// <summary>A name of <see cref="Backbones.Names"/>.</summary>
    public string Model { get; init; } = "resnet18";

    /// <summary>
    /// <c>imagenet</c> (as published), <c>cifar</c> (keeps the size of small images) or <c>fast</c> (between them: about a quarter of
    /// cifar's work); null takes the default for the image size.
    /// </summary>
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels, rounded to a multiple of 8.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Channels of the image.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>The image's size in pixels: a Vision Transformer has a position for each patch.</summary>
    public (long Height, long Width) Size { get; init; } = (32, 32);

    /// <summary>Classes of the task.</summary>
    public required int Classes { get; init; }

    /// <summary>A number of channels at this width.</summary>
    internal long Scaled(int channels, long multipleOf = 8) =>
        Math.Max(multipleOf, (long)Math.Round(channels * Width / multipleOf) * multipleOf);
}

/// <summary>The one list of networks that Efface builds itself.</summary>
public static class Backbones
{
    private static readonly Architecture[] All =
    [
        new ResNet("resnet18", [2, 2, 2, 2]),
        new ResNet("resnet34", [3, 4, 6, 3]),
        new ResNet("resnet50", [3, 4, 6, 3], IsDeep: true),
        new Vgg(
            "vgg11_bn",
            [
                [64],
                [128],
                [256, 256],
                [512, 512],
                [512, 512],
            ]
        ),
        new MobileNetV2(),
        new VisionTransformer("vit_s_16", Depth: 12, Heads: 6, Size: 384),
        new ConvNeXt("convnext_tiny", [3, 3, 9, 3], Omitted: 0.1),
    ];

    /// <summary>Every model's name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];

    /// <summary>The names of all stems.</summary>
    public static IReadOnlyList<string> Stems { get; } = ["cifar", "imagenet", "fast"];

    /// <summary>The names of a model's stems; of all if there is no such model.</summary>
    public static IReadOnlyList<string> StemsOf(string model) => Find(model)?.Stems ?? Stems;

    /// <summary>A model's default stem for images of this side in pixels.</summary>
    public static string DefaultStem(string model, long side) => side <= 64 && StemsOf(model).Contains("cifar") ? "cifar" : "imagenet";

    /// <summary>What is wrong with <paramref name="options"/>, each with its remedy.</summary>
    public static IEnumerable<Problem> Validate(BackboneOptions options)
    {
        var (architecture, stems) = (Find(options.Model), StemsOf(options.Model));
        if (architecture is null)
            yield return new Problem($"`ModelSettings.Name` {options.Model}", "no such model", $"Choose one of {string.Join(", ", Names)}");
        if (options.Stem is { } stem && !stems.Contains(stem))
            yield return new Problem(
                $"`ModelSettings.Stem` {stem}",
                Stems.Contains(stem) ? $"{options.Model} has no such stem" : "no such stem",
                $"Choose one of {string.Join(", ", stems)}"
            );
        else if (architecture?.SmallestSide(StemOf(options)) is { } smallest && SideOf(options) < smallest)
            yield return new Problem(
                $"`ModelSettings.Name` {options.Model}",
                $"reads no images of {SideOf(options)} pixels with the stem {StemOf(options)}",
                $"Give it images of {smallest} pixels or more, or choose another model or stem"
            );
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
        var architecture = Find(options.Model)!;
        var network = new StagedNetwork(architecture.Stages(options with { Stem = StemOf(options) }, random));
        architecture.Initialise(network, random);
        return network;
    }

    private static Architecture? Find(string model) => All.FirstOrDefault(architecture => architecture.Name == model);

    private static string StemOf(BackboneOptions options) => options.Stem ?? DefaultStem(options.Model, SideOf(options));

    private static long SideOf(BackboneOptions options) => Math.Min(options.Size.Height, options.Size.Width);
}
