using System.Text.Json.Serialization;

namespace Efface.Auditing;

/// <summary>
/// An upper bound on what any attacker that sees the released symbol of an image can reach, whatever its computing power: on the Bayes
/// vulnerability (Smith 2009), with y and z distributed jointly as in the sample. docs/certificate.md has the proofs.
/// </summary>
public sealed record Certificate
{
    /// <summary>The metrics' names.</summary>
    public const string OfAccuracy = "accuracy",
        OfBalancedAccuracy = "balancedAccuracy";

    /// <summary>Where a bound comes from.</summary>
    public const string ByPlugIn = "plug-in",
        ByChiSquare = "chiSquare";

    /// <summary><c>accuracy</c>: for images drawn as the sample was; <c>balancedAccuracy</c>: the mean over the classes of z.</summary>
    public required string Metric { get; init; }

    /// <summary>What the attacker sees: <c>c</c> or <c>c,y</c> of a code, <c>ŷ</c> or <c>ŷ,y</c> of the bare decision.</summary>
    public required string Knows { get; init; }

    /// <summary>What the best possible attacker would reach on this sample: above the truth on average.</summary>
    public required double Estimate { get; init; }

    /// <summary>
    /// By how much the truth may exceed the estimate, except with probability <see cref="Delta"/>; below zero where another bound than the
    /// estimate's shows that the truth lies below it.
    /// </summary>
    public required double Slack { get; init; }

    /// <summary>
    /// <c>plug-in</c>: the estimate plus a margin for chance; <c>chiSquare</c>: the floor plus what the squared differences between the
    /// classes' symbols allow.
    /// </summary>
    public string By { get; init; } = ByPlugIn;

    /// <summary>The bound: estimate and slack, at most 1.</summary>
    public double Value => Math.Min(1, Estimate + Slack);

    /// <summary>
    /// What is reached without the symbol by an attacker that knows y (without a task: nothing); from the sample's own table, so known
    /// exactly.
    /// </summary>
    public required Measured Floor { get; init; }

    /// <summary>
    /// By how much the estimate would exceed the truth if the symbol revealed nothing beyond y: the price of many symbols.
    /// </summary>
    public required double Bias { get; init; }

    /// <summary>The probability, over samples, that the truth exceeds <see cref="Value"/>.</summary>
    public required double Delta { get; init; }

    /// <summary>Images of the sample.</summary>
    public required int N { get; init; }

    /// <summary>
    /// I(symbol; z) in bits is at most this, for images drawn as the sample was; null if the bound is on balanced accuracy.
    /// </summary>
    public double? BitsAtMost { get; init; }

    /// <summary>
    /// The most that any attacker gains beyond the floor; beyond its lower end in audits of earlier versions, which had to estimate it.
    /// </summary>
    [JsonIgnore]
    public double Leak => Value - Floor.Low;

    /// <summary>Its assumptions, in words.</summary>
    public required IReadOnlyList<string> Assumptions { get; init; }
}

/// <summary>The symbol that reveals most: a rare one may, even if all together do not.</summary>
/// <param name="Symbol">Its number.</param>
/// <param name="Class">The class of z that it points at.</param>
/// <param name="Share">The share of that class among the images with this symbol.</param>
/// <param name="Expected">The share expected from their y alone.</param>
public sealed record WorstSymbol(int Symbol, int Class, Measured Share, double Expected);
