using System.Text.Json.Serialization;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>The order in which blocks are trained.</summary>
public enum ScheduleKind
{
    /// <summary>One backward pass through the whole network.</summary>
    EndToEnd,

    /// <summary>
    /// Blocks learn only from their own losses: the classifier on detached h, the extractor from the auxiliary network (section 3.3 of Guo
    /// et al.).
    /// </summary>
    Local,

    /// <summary>As local, with all blocks working in parallel.</summary>
    Pipelined,
}

/// <summary>The precision of activations and their gradients; weights, statistics, losses and optimisers are always f32.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>32 bits.</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>16 bits with the range of 32: faster if the processor has instructions for it.</summary>
    [JsonStringEnumMemberName("bf16")]
    Bf16,
}

/// <summary>How to train.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>SGD's largest step size; it rises over <see cref="WarmUp"/> and falls as a half cosine.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>SGD's largest step size; it rises over <see cref="WarmUp"/> and falls as a half cosine.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Nesterov's momentum.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of SGD.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The share of training over which the step size rises.</summary>
    public double WarmUp { get; init; } = 0.15;

    /// <summary>The gradient's norm is clipped to this, block by block; 0 leaves it.</summary>
    public double ClipNorm { get; init; } = 5;

    /// <summary>The precision of convolutions.</summary>
    public Precision Precision { get; init; }

    /// <summary>Whether activations are computed again instead of being kept.</summary>
    public bool Recomputes { get; init; }

    /// <summary>Decides initial weights, order and augmentation.</summary>
    public int Seed { get; init; }

    /// <summary>Stop after this many epochs without a better validation fidelity, and return to the best; null trains to the end.</summary>
    public int? Patience { get; init; }

    /// <summary>
    /// A stage's input, in the precision of convolutions; maps of 16 bits in channels-last order, in which they are fastest.
    /// </summary>
    /// <param name="x">f32 [B, C, H, W], or tokens [B, T, D].</param>
    public Tensor InPrecision(Tensor x) =>
        Precision == Precision.Fp32 ? x
        : x.dim() == 4 ? ChannelsLast.Of(x.to_type(ScalarType.BFloat16))
        : x.to_type(ScalarType.BFloat16);

    /// <summary>Warm-up and cosine: the factor on the step size.</summary>
    /// <param name="progress">The share of training that is done, in [0, 1].</param>
    public double RateFactor(double progress) =>
        progress < WarmUp ? Math.Max(0.01, progress / WarmUp) : Optimiser.Cosine((progress - WarmUp) / (1 - WarmUp));
}
