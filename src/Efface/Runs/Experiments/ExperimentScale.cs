using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Data.Sources;

namespace Efface.Runs.Experiments;

/// <summary>What an experiment trains, how long and how often.</summary>
internal sealed record ExperimentScale
{
    /// <summary>Networks.</summary>
    [Setting("--models", "LIST", "resnet18 (the default), resnet34, resnet50.")]
    public IReadOnlyList<string> Models { get; init; } = ["resnet18"];

    /// <summary>Ways to forget, beside the model before.</summary>
    [Setting("--recipes", "LIST", "Ways to forget, or all (paper,strict,prediction-only,attention-removal).")]
    public IReadOnlyList<string> Recipes { get; init; } = ["paper", "strict", "prediction-only", "attention-removal"];

    /// <summary>Epochs of training from scratch.</summary>
    [Setting("--epochs", "N", "Epochs of what trains from scratch (12).", Range = "[1, ∞)")]
    public int Epochs { get; init; } = 12;

    /// <summary>Epochs of training from a trained model; null takes a third of <see cref="Epochs"/>.</summary>
    [Setting("--unlearning-epochs", "N", "Epochs of what starts from a trained model (a third of --epochs).", Range = "[1, ∞)")]
    public int? UnlearningEpochs { get; init; }

    /// <summary>The number of seeds, from 0.</summary>
    [Setting("--seeds", "N", "How often each is trained, with seeds from 0 (1).", Range = "[1, ∞)")]
    public int Seeds { get; init; } = 1;

    /// <summary>The largest number of images in each part; null for all.</summary>
    [Setting("--limit", "N", "The most images of each part.")]
    public int? Limit { get; init; }

    /// <summary>A name of the stems; null takes the default.</summary>
    [Setting("--stem", "NAME", "cifar (default up to 64 px), imagenet (default above) or fast (a quarter of the work).")]
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    [Setting("--width", "FACTOR", "Narrows (0.5) or widens every stage.")]
    public double Width { get; init; } = 1;

    /// <summary>The images' side; null keeps the data set's own.</summary>
    [Setting("--size", "PX", "Side of the images in pixels.")]
    public int? Size { get; init; }

    /// <summary>Images per step.</summary>
    [Setting("--batch", "N", "Images a step (128).")]
    public int Batch { get; init; } = 128;

    /// <summary>Threads per operation; null leaves the backend's choice.</summary>
    [Setting("--threads", "N", "Threads of one operation.")]
    public int? Threads { get; init; }

    /// <summary>Where decoded images are kept, and by how many workers they are decoded.</summary>
    [SettingGroup]
    public ReadingOptions Reading { get; init; } = new();

    /// <summary>The attackers to run; null for all.</summary>
    [Setting(
        "--attackers",
        "NAMES",
        "Which attackers audits send, separated by commas (all); maps are read by resnet18, the paper's decoder, too."
    )]
    public IReadOnlyList<string>? Attackers { get; init; }

    /// <summary>Epochs of training from a trained model.</summary>
    public int EpochsFromModel => UnlearningEpochs ?? Math.Max(1, Epochs / 3);

    /// <summary>The settings of audits.</summary>
    public AuditSettings Audit => AuditWith(Attackers);

    /// <summary>The settings of a table's audits: whichever attackers are named, those on maps include the paper's own decoder.</summary>
    /// <param name="attackers">Names; null for all.</param>
    public static AuditSettings AuditWith(IReadOnlyList<string>? attackers) =>
        attackers is null
            ? new AuditSettings()
            : new AuditSettings { Attackers = [.. attackers.Append(new ResNetAttacker().Name).Distinct()] };

    /// <summary>What is wrong with the scale, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var problem in Settings.Check(this))
            yield return problem;
        foreach (
            var problem in Problem
                .NamedTwice("`ExperimentScale.Models`", Models, "model")
                .Concat(Problem.NamedTwice("`ExperimentScale.Recipes`", Recipes, "recipe"))
        )
            yield return problem;
        foreach (var name in Recipes.Where(name => Unlearning.Recipes.Find(name) is null))
            yield return Unlearning.Recipes.Unknown("`ExperimentScale.Recipes`", name);
    }
}
