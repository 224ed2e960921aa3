using System.Text.Json.Serialization;
using Efface.Models.Architectures;
using Efface.Training;
using Efface.Unlearning;

namespace Efface.Runs.Bench;

/// <summary>What to measure, and how long.</summary>
internal sealed record BenchSettings
{
    /// <summary>Names of <see cref="Backbones.Names"/>.</summary>
    [Setting("--model", "LIST", "resnet18,resnet34,resnet50 (the default), or other models of train.")]
    public IReadOnlyList<string> Models { get; init; } = ["resnet18", "resnet34", "resnet50"];

    /// <summary>Images' sides in pixels.</summary>
    [Setting("--size", "LIST", "Sides of the images in pixels (32,64).", Range = "[16, ∞)")]
    public IReadOnlyList<int> Sizes { get; init; } = [32, 64];

    /// <summary>The precision of convolutions.</summary>
    [Setting("--precision", "LIST", "fp32 (the default), bf16 or both.")]
    public IReadOnlyList<Precision> Precisions { get; init; } = [Precision.Fp32];

    /// <summary>A name of <see cref="Backbones.Stems"/>.</summary>
    [Setting("--stem", "NAME", "imagenet (the default), cifar or fast.")]
    public string Stem { get; init; } = "imagenet";

    /// <summary>Factor on every stage's channels.</summary>
    [Setting("--width", "FACTOR", "Narrows (0.5) or widens every stage.")]
    public double Width { get; init; } = 1;

    /// <summary>Images per step; null takes 128, and 64 above 32 pixels.</summary>
    [Setting("--batch", "N", "Images a step (128, and 64 above 32 pixels).", Range = "[3, ∞)")]
    public int? Batch { get; init; }

    /// <summary>Blocks of the local schedules.</summary>
    [Setting("--blocks", "K", "Blocks of the local schedules (2).", Range = "[2, ∞)")]
    public int Blocks { get; init; } = 2;

    /// <summary>Steps that are timed together.</summary>
    [Setting("--steps", "N", "Steps that are timed in one go (12).", Range = "[3, ∞)")]
    public int Steps { get; init; } = 12;

    /// <summary>Rounds over all modes; the first round is not counted.</summary>
    [Setting("--rounds", "N", "How often all modes take their turn (5); the first turn is not counted.", Range = "[2, ∞)")]
    public int Rounds { get; init; } = 5;

    /// <summary>Threads per operation; null leaves the backend's choice.</summary>
    [Setting("--threads", "N", "Threads of one operation.", Range = "[1, ∞)")]
    public int? Threads { get; init; }

    /// <summary>Whether peak memory is measured, in a process for each mode.</summary>
    public bool MeasuresMemory { get; init; } = true;

    /// <summary>Decides weights and noise.</summary>
    [Setting("--seed", "S", "Decides weights and noise (0).")]
    public int Seed { get; init; }

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var model in Models)
        foreach (
            var problem in Backbones.Validate(
                new BackboneOptions
                {
                    Model = model,
                    Stem = Stem,
                    Width = Width,
                    Classes = 2,
                }
            )
        )
            yield return problem;
        foreach (var problem in Settings.Check(this))
            yield return problem;
    }
}

/// <summary>A way to train whose speed is measured.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BenchMode>))]
internal enum BenchMode
{
    /// <summary>Forward, loss, backward and the optimiser's step in a bare loop over one batch: the limit of plain training.</summary>
    [JsonStringEnumMemberName("bare")]
    Bare,

    /// <summary>Training without unlearning.</summary>
    [JsonStringEnumMemberName("plain")]
    Plain,

    /// <summary>Recipe paper from end to end: what the paper calls raw.</summary>
    [JsonStringEnumMemberName("raw")]
    Raw,

    /// <summary>Recipe paper, one block after the other.</summary>
    [JsonStringEnumMemberName("local")]
    Local,

    /// <summary>Recipe paper, a worker for each block.</summary>
    [JsonStringEnumMemberName("pipelined")]
    Pipelined,

    /// <summary>Recipe strict, from end to end.</summary>
    [JsonStringEnumMemberName("strict")]
    Strict,
}

/// <summary>One network on images of one size in one precision.</summary>
/// <param name="Model">The backbone.</param>
/// <param name="Size">Pixels per side.</param>
/// <param name="Precision">The precision of convolutions.</param>
/// <param name="Batch">Images per step.</param>
internal sealed record BenchCase(string Model, int Size, Precision Precision, int Batch)
{
    /// <summary>Recipe of a mode; null for plain training.</summary>
    internal static Recipe? RecipeOf(BenchMode mode) =>
        mode switch
        {
            BenchMode.Bare or BenchMode.Plain => null,
            BenchMode.Strict => Recipes.Named("strict"),
            _ => Recipes.Named("paper"),
        };

    internal static ScheduleKind? KindOf(BenchMode mode) =>
        mode switch
        {
            BenchMode.Raw => ScheduleKind.EndToEnd,
            BenchMode.Local => ScheduleKind.Local,
            BenchMode.Pipelined => ScheduleKind.Pipelined,
            _ => null,
        };
}
