using System.Text.Json.Serialization;
using Efface.Data;
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

    /// <summary>The file of weights that it starts from; null for none.</summary>
    [Setting(
        "--weights",
        "FILE",
        "Fine-tune weights from elsewhere: safetensors, the index of several, or a checkpoint with --pickle; without it, from scratch.",
        IsFixed = true
    )]
    public string? Weights { get; init; }

    /// <summary>Whether the weights may be a checkpoint of PyTorch.</summary>
    [Setting(
        "--pickle",
        null,
        "Let --weights be a checkpoint of PyTorch; its pickle is read as data, and nothing in it is run.",
        IsFixed = true
    )]
    public bool Pickle { get; init; }

    /// <summary>Whose mean and deviation images are scaled by; null takes those of the weights, or else of the data.</summary>
    [JsonConverter(typeof(Words<PixelStatistics>))]
    [Setting(
        "--normalise",
        "BY",
        "Mean and deviation of the data (default), of imagenet (default with --weights), or half and half (some of timm's).",
        IsFoundOut = true
    )]
    public PixelStatistics? Normalise { get; init; }

    /// <summary>The statistics that are used.</summary>
    internal PixelStatistics Statistics => Normalise ?? (Weights is null ? PixelStatistics.Data : PixelStatistics.Imagenet);

    /// <summary>The same network as that of another run, with its weights.</summary>
    internal ModelSettings StartingFrom(string run) => this with { From = run, Weights = null, Pickle = false, Normalise = null };

    /// <summary>The command of settings that only a run that forgets has; a sweep has them too.</summary>
    internal const string Forgets = "unlearn";

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check() =>
        Backbones
            .Validate(
                new BackboneOptions
                {
                    Model = Name,
                    Stem = Stem,
                    Width = Width,
                    Classes = 2,
                }
            )
            .Concat(CheckStart());

    private IEnumerable<Problem> CheckStart()
    {
        if (From is not null && Weights is not null)
            yield return new Problem(
                $"`ModelSettings.Weights` {Weights}",
                "the run starts from another run's model",
                "Leave one of the two out"
            );
        if (From is not null && Normalise is { } by)
            yield return new Problem($"`ModelSettings.Normalise` {Setting.Text(by)}", "the other run's model has its own", "Leave it out");
        if (Pickle && Weights is null)
            yield return new Problem(
                "`ModelSettings.Pickle`",
                "says how to read weights, and there are none",
                "Give `ModelSettings.Weights` too"
            );
    }
}
