using Efface.Baselines;
using Efface.Data;

namespace Efface.Reporting;

/// <summary>Everything that decides a run: what the flags say. <c>--config run.json</c> repeats it.</summary>
public sealed record RunConfig
{
    /// <summary><c>--data</c>: the data set's name.</summary>
    public string Data { get; init; } = "faces";

    /// <summary><c>--root</c>: where its files are; null for data that Efface draws itself.</summary>
    public string? Root { get; init; }

    /// <summary><c>--task</c>: the column the model is for; null takes the data set's usual one.</summary>
    public string? Task { get; init; }

    /// <summary><c>--forget</c>: the attributes to be forgotten; empty for <c>train</c>.</summary>
    public IReadOnlyList<string> Forget { get; init; } = [];

    /// <summary><c>--retain</c>: attributes that are to stay readable in the code.</summary>
    public IReadOnlyList<string> Retain { get; init; } = [];

    /// <summary><c>--retention</c>: the weight of each of them; null takes the recipe's.</summary>
    public double? Retention { get; init; }

    /// <summary><c>--model</c>.</summary>
    public string Model { get; init; } = "resnet18";

    /// <summary><c>--stem</c>; null takes the usual one for the images' size.</summary>
    public string? Stem { get; init; }

    /// <summary><c>--width</c>.</summary>
    public double Width { get; init; } = 1;

    /// <summary><c>--size</c>: the images' side in pixels; null keeps the data set's own.</summary>
    public int? Size { get; init; }

    /// <summary><c>--split</c>: the extractor's last stage; null takes the recipe's.</summary>
    public string? Split { get; init; }

    /// <summary><c>--recipe</c>.</summary>
    public string Recipe { get; init; } = "strict";

    /// <summary><c>--bits</c>: B of the discrete bottleneck; null takes the recipe's.</summary>
    public int? Bits { get; init; }

    /// <summary><c>--lambda</c>: λ1, λ2, λ3; null takes the recipe's.</summary>
    public IReadOnlyList<double>? Lambda { get; init; }

    /// <summary><c>--distil</c>: weight of the trained model's embedding, as what the code is to carry; null takes the recipe's.</summary>
    public double? Distillation { get; init; }

    /// <summary><c>--objective</c>; null takes the recipe's.</summary>
    public string? Objective { get; init; }

    /// <summary><c>--schedule</c>: <c>end-to-end</c>, <c>local</c> or <c>pipelined</c>; null takes the recipe's.</summary>
    public string? Schedule { get; init; }

    /// <summary>
    /// <c>--blocks</c>: how many, or the last stages of all but the last, separated by commas; null cuts once, in the usual place.
    /// </summary>
    public string? Blocks { get; init; }

    /// <summary><c>--devices</c>: one for each block; empty computes everything in one place.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary><c>--precision</c>: <c>fp32</c> or <c>bf16</c>, of convolutions while training.</summary>
    public string Precision { get; init; } = "fp32";

    /// <summary><c>--recompute</c>: whether activations are computed a second time instead of being kept.</summary>
    public bool Recompute { get; init; }

    /// <summary><c>--checkpoint</c>: seconds from one saved state to the next inside an epoch.</summary>
    public int CheckpointSeconds { get; init; } = 300;

    /// <summary><c>--epochs</c>; null takes the command's.</summary>
    public int? Epochs { get; init; }

    /// <summary><c>--batch</c>.</summary>
    public int Batch { get; init; } = 128;

    /// <summary><c>--learning-rate</c>; null takes 0.1 from scratch and the recipe's from a trained model.</summary>
    public double? LearningRate { get; init; }

    /// <summary><c>--limit</c>: at most so many images of each part.</summary>
    public int? Limit { get; init; }

    /// <summary><c>--patience</c>: stop early on validation.</summary>
    public int? Patience { get; init; }

    /// <summary><c>--probe</c>: every so many epochs fresh attackers look at validation; null for never.</summary>
    public int? Probe { get; init; }

    /// <summary><c>--steer</c>: whether λ3 follows what they find.</summary>
    public bool Steer { get; init; }

    /// <summary><c>--seed</c>.</summary>
    public int Seed { get; init; }

    /// <summary><c>--threads</c> for one operation; null leaves the backend's choice.</summary>
    public int? Threads { get; init; }

    /// <summary><c>--from</c>: the run whose model is the start; null starts from scratch.</summary>
    public string? From { get; init; }

    /// <summary>
    /// <c>--remove-attention</c>, <c>--fraction</c> and <c>--fill</c>: what is taken out of the images before training; null for nothing.
    /// </summary>
    public AttentionRemovalSettings? AttentionRemoval { get; init; }

    /// <summary>The files of an audit of representations that another program computed; null for runs on images.</summary>
    public VectorOptions? Vectors { get; init; }

    /// <summary>How the data set's files are read.</summary>
    public ReadingOptions Reading { get; init; } = new();

    /// <summary><c>--correlation</c> between task and first attribute, for faces that Efface draws itself.</summary>
    public double? Correlation { get; init; }
}
