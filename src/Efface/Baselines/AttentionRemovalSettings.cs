using System.Text.Json.Serialization;
using Efface.Auditing;

namespace Efface.Baselines;

/// <summary>What replaces a removed area.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Fill>))]
public enum Fill
{
    /// <summary>The mean colour of the rest of the image: a flat hole with a visible outline.</summary>
    Mean,

    /// <summary>The colours around the hole, weighted by a Gaussian of an eighth of the image's side: the hole shows no edge.</summary>
    Blur,

    /// <summary>Seeded noise with mean and deviation of the rest of the image, channel by channel.</summary>
    Noise,
}

/// <summary>What baseline 2 of Guo et al. (section 4.1) removes from the images.</summary>
public sealed record AttentionRemovalSettings
{
    /// <summary>The attributes whose area is removed; for several, the maximum of their maps decides.</summary>
    [Setting(
        "--remove-attention",
        "COLS",
        "Baseline 2: take the area that tells these columns out of the images first.",
        Command = "train"
    )]
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>The largest share of pixels to remove, in (0, 1): those of the largest value, where it is above zero.</summary>
    [Setting(
        "--fraction",
        "F",
        "The share of pixels that --remove-attention takes out at most (0.3).",
        Range = "(0, 1)",
        Remedy = "Give a share of the pixels such as 0.3",
        Command = "train"
    )]
    public double Fraction { get; init; } = 0.3;

    /// <summary>What replaces them.</summary>
    [Setting("--fill", "NAME", "What stands there instead: mean (the default), blur or noise.", Command = "train")]
    public Fill Fill { get; init; }

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        if (Attributes.Count == 0)
            yield return new Problem(
                "`AttentionRemovalSettings.Fraction`, `AttentionRemovalSettings.Fill`",
                "of an area that is not removed",
                "Give `AttentionRemovalSettings.Attributes` too, with the attribute's column"
            );
        foreach (var problem in Settings.Check(this))
            yield return problem;
    }
}

/// <summary>What removing the area did.</summary>
/// <param name="Fingerprint">The fingerprint of the table of removed images.</param>
/// <param name="Images">How many there are.</param>
/// <param name="WithoutMap">In how many no area supported the classifier's decision: they are left unchanged.</param>
/// <param name="Attributes">What can be read afterwards.</param>
public sealed record AttentionRemovalResult(string Fingerprint, int Images, int WithoutMap, IReadOnlyList<ReadAfterRemoval> Attributes);

/// <summary>
/// Balanced accuracy of the classifier whose attention was removed, on test images. It was not trained on removed images: another
/// classifier might still read them.
/// </summary>
/// <param name="Attribute">The column.</param>
/// <param name="OnReal">On the original images.</param>
/// <param name="OnRemoved">On the images without the area.</param>
public sealed record ReadAfterRemoval(string Attribute, Measured OnReal, Measured OnRemoved);
