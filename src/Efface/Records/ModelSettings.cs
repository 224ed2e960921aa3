using System.Text.Json.Serialization;
using Efface.Models.Architectures;

namespace Efface.Records;

/// <summary>The network that a run trains, and its initial weights.</summary>
public sealed record ModelSettings
{
    /// <summary>A name of <see cref="Backbones.Names"/>.</summary>
    [JsonPropertyName("model")]
    [Setting(
        "--model",
        "NAME",
        "resnet18 (the default), resnet34, resnet50, vgg11_bn, mobilenet_v2, vit_s_16 or convnext_tiny.",
        IsInherited = true
    )]
    public string Name { get; init; } = "resnet18";

    /// <summary>A name of <see cref="Backbones.Stems"/>; null takes the default for the image size.</summary>
    [Setting(
        "--stem",
        "NAME",
        "cifar (default up to 64 px), imagenet (default above) or fast (a quarter of the work); vgg11_bn has only imagenet.",
        IsInherited = true
    )]
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    [Setting("--width", "FACTOR", "Narrows (0.5) or widens every stage.", IsInherited = true)]
    public double Width { get; init; } = 1;

    /// <summary>The extractor's last stage; null takes the recipe's.</summary>
    [Setting("--split", "STAGE", "The extractor's last stage: stem, layer1, layer2 and so on, or embedding.", IsFoundOut = true)]
    public string? Split { get; init; }

    /// <summary>The run whose model it starts from; null starts from scratch.</summary>
    [Setting("--from", "RUN", "Start from the model of this run folder; without it, from scratch.", IsFixed = true, Command = Forgets)]
    public string? From { get; init; }

    /// <summary>The command of settings that only a run that forgets has; a sweep has them too.</summary>
    internal const string Forgets = "unlearn";

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check() =>
        Backbones.Validate(
            new BackboneOptions
            {
                Model = Name,
                Stem = Stem,
                Width = Width,
                Classes = 2,
            }
        );
}
