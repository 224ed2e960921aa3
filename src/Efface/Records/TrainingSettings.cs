using System.Text.Json.Serialization;
using Efface.Training;

namespace Efface.Records;

/// <summary>How a run trains.</summary>
public sealed record TrainingSettings
{
    /// <summary>The order in which blocks are trained; null takes the recipe's.</summary>
    [JsonConverter(typeof(Words<ScheduleKind>))]
    [Setting("--schedule", "NAME", "end-to-end, local or pipelined: blocks learn one after the other, or all at once.")]
    public ScheduleKind? Schedule { get; init; }

    /// <summary>
    /// The number of blocks, or the last stages of all but the last, separated by commas; null cuts once, in the default place.
    /// </summary>
    [Setting(
        "--blocks",
        "K",
        "K local blocks, cut where they take equal time; or the last stages of all but the last, separated by commas.",
        IsFoundOut = true
    )]
    public string? Blocks { get; init; }

    /// <summary>One for each block; empty computes everything on one device.</summary>
    [Setting("--devices", "LIST", "One for each block, such as cuda:0,cuda:1.", IsFixed = true)]
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>The precision of convolutions in training.</summary>
    [JsonConverter(typeof(Words<Precision>))]
    [Setting("--precision", "NAME", "fp32 (the default) or bf16: what convolutions compute in; weights, losses and statistics stay fp32.")]
    public Precision Precision { get; init; }

    /// <summary>Whether activations are computed again instead of being kept.</summary>
    [Setting("--recompute", null, "Compute activations a second time instead of keeping them: less memory, more time.")]
    public bool Recompute { get; init; }

    /// <summary>Seconds between saved states inside an epoch.</summary>
    [Setting(
        "--checkpoint",
        "SECONDS",
        "How often the state is saved inside an epoch (300); it is saved after each, too.",
        Range = "[1, ∞)",
        IsHarmless = true,
        IsFixed = true
    )]
    public int CheckpointSeconds { get; init; } = 300;

    /// <summary>Passes over the training images; null takes the command's.</summary>
    [Setting("--epochs", "N", "How often every training image is seen.", Range = "[1, ∞)")]
    public int? Epochs { get; init; }

    /// <summary>
    /// Images per step; batches of two would leave a batch of one for an odd number of images, which has no batch statistics.
    /// </summary>
    [Setting("--batch", "N", "Images a step (128).", Range = "[3, ∞)", IsInherited = true)]
    public int Batch { get; init; } = 128;

    /// <summary>The largest step size; null takes 0.1 from scratch and the recipe's from a trained model.</summary>
    [Setting(
        "--learning-rate",
        "R",
        "Largest step size (0.1 from scratch, 0.01 with --weights, the recipe's from a trained model).",
        Range = "(0, ∞)",
        Remedy = "Give a step size such as 0.1"
    )]
    public double? LearningRate { get; init; }

    /// <summary>Stop after this many epochs without a better validation fidelity; null for never.</summary>
    [Setting("--patience", "N", "Stop after N epochs without a better validation fidelity.", Range = "[1, ∞)")]
    public int? Patience { get; init; }

    /// <summary>Epochs between probes by fresh attackers on validation; null for never.</summary>
    [Setting(
        "--probe",
        "N",
        "Every N epochs fresh attackers look at validation images and say what still leaks.",
        Range = "[1, ∞)",
        Command = ModelSettings.Forgets
    )]
    public int? Probe { get; init; }

    /// <summary>Whether λ3 follows the probes.</summary>
    [Setting("--steer", null, "λ3 follows what they find.", Command = ModelSettings.Forgets)]
    public bool Steer { get; init; }

    /// <summary>Decides initial weights, order and augmentation.</summary>
    [Setting("--seed", "S", "Decides initial weights, order and augmentation (0).", IsFixed = true)]
    public int Seed { get; init; }

    /// <summary>Threads per operation; null leaves the backend's choice.</summary>
    [Setting("--threads", "N", "Threads of one operation.", Range = "[1, ∞)", IsInherited = true, IsFoundOut = true)]
    public int? Threads { get; init; }

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var problem in Settings.Check(this))
            yield return problem;
        if (this is { Steer: true, Probe: null })
            yield return new Problem(
                "`TrainingSettings.Steer`",
                "follows what a probe finds, and there is none",
                "Give `TrainingSettings.Probe` 2, say"
            );
    }
}
