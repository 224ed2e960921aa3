using System.Text.Json.Serialization;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>In which order blocks learn.</summary>
public enum ScheduleKind
{
    /// <summary>One backward pass through the whole network.</summary>
    EndToEnd,

    /// <summary>
    /// Blocks learn from their own losses alone: the classifier on detached h, the extractor from the auxiliary network (section 3.3 of Guo
    /// et al.).
    /// </summary>
    Local,

    /// <summary>As local, with all blocks at work at once.</summary>
    Pipelined,
}

/// <summary>What activations and their gradients are computed in; weights, statistics, losses and optimisers are f32 in any case.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>32 bits.</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>16 bits with the range of 32: faster where the processor has instructions for it.</summary>
    [JsonStringEnumMemberName("bf16")]
    Bf16,
}

/// <summary>How to train.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often every training image is seen.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>SGD's largest step size; it rises over <see cref="WarmUp"/> and falls as a half cosine.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Nesterov's momentum.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of SGD.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The share of training over which the step size rises.</summary>
    public double WarmUp { get; init; } = 0.15;

    /// <summary>The gradient's norm is cut to this, block by block; 0 leaves it.</summary>
    public double ClipNorm { get; init; } = 5;

    /// <summary>What convolutions compute in.</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether activations are computed a second time instead of being kept.</summary>
    public bool Recomputes { get; init; }

    /// <summary>Decides initial weights, order and augmentation.</summary>
    public int Seed { get; init; }

    /// <summary>Stop after so many epochs without a better validation fidelity, and go back to the best; null trains to the end.</summary>
    public int? Patience { get; init; }

    /// <summary>
    /// What the first stage is given, in the precision that convolutions compute in; 16 bits in channels-last order, in which they are
    /// fastest.
    /// </summary>
    /// <param name="x">f32 [B, C, H, W].</param>
    public Tensor InPrecision(Tensor x) => Precision == Precision.Bf16 ? ChannelsLast.Of(x.to_type(ScalarType.BFloat16)) : x;

    /// <summary>Warm-up and cosine: what the step size is multiplied with.</summary>
    /// <param name="progress">The share of training that is done, in [0, 1].</param>
    public double RateFactor(double progress) =>
        progress < WarmUp ? Math.Max(0.01, progress / WarmUp) : Optimiser.Cosine((progress - WarmUp) / (1 - WarmUp));
}
