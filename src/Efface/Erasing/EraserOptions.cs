using System.Text.Json.Serialization;

namespace Efface.Erasing;

/// <summary>How an eraser is fitted.</summary>
public sealed record EraserOptions
{
    /// <summary>Directions of most variance that are kept; null takes as many as the rows can carry, at most 128.</summary>
    [Setting(
        "--directions",
        "N",
        "Directions of most variance that are kept (as many as the rows can carry, at most 128).",
        Range = "[1, ∞)",
        Remedy = "Give a number such as 128"
    )]
    public int? Directions { get; init; }

    /// <summary>
    /// The deviation of the noise, in parts of each direction's; null chooses the least with which attackers on validation read no
    /// more than <see cref="Aim"/>.
    /// </summary>
    [Setting(
        "--noise",
        "S",
        "Deviation of the noise, in parts of each direction's (the least that suffices on validation).",
        Range = "[0, ∞)",
        Remedy = "Give a number such as 0.5, or 0 for none"
    )]
    public double? Noise { get; init; }

    /// <summary>The leak that noise is chosen for, in balanced accuracy on validation.</summary>
    [Setting(
        "--aim",
        "L",
        "The leak that noise is chosen for, on validation (0.01).",
        Range = "(0, 1)",
        Remedy = "Give a share of balanced accuracy such as 0.01"
    )]
    public double Aim { get; init; } = 0.01;

    /// <summary>How often each attribute is taken out.</summary>
    [Setting("--rounds", "N", "How often each attribute is taken out (1).", Range = "[1, 8]", Remedy = "Give 1 to 8 rounds")]
    public int Rounds { get; init; } = 1;

    /// <summary>The seed of readers' weights and batches.</summary>
    [JsonIgnore]
    public int Seed { get; init; }

    /// <summary>The secret that decides noise, 16 bytes; null draws one.</summary>
    [JsonIgnore]
    public byte[]? Salt { get; init; }
}
