using System.Text.Json.Serialization;

namespace Efface.Auditing;

/// <summary>What an audit concludes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Every certificate lies within the tolerance: no attacker of any kind can read more.</summary>
    Certified,

    /// <summary>No attacker's upper bound lies above the tolerance, and the controls passed.</summary>
    Forgotten,

    /// <summary>The data do not settle it.</summary>
    Inconclusive,

    /// <summary>The lower bound of the chosen attacker's leak lies above the tolerance.</summary>
    Leaks,
}

/// <summary>How strict an audit is.</summary>
public sealed record AuditSettings
{
    /// <summary>τ: so much balanced accuracy beyond the label-only floor is tolerated.</summary>
    public double Tolerance { get; init; } = 0.05;

    /// <summary>Of every interval.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Each attacker is trained once for each of them.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [0];

    /// <summary>The names of the attackers to send; those that can work on a place do.</summary>
    public IReadOnlyList<string> Attackers { get; init; } = [.. Auditing.Attackers.All.Select(attacker => attacker.Name)];

    /// <summary>How much work is spent: <c>quick</c>.</summary>
    public string Budget { get; init; } = "quick";
}

/// <summary>What is reached without h.</summary>
public sealed record Floor(Measured Accuracy, Measured BalancedAccuracy);

/// <summary>The three floors.</summary>
public sealed record Floors(Floor Majority, Floor LabelOnly, Floor PredictionOnly);

/// <summary>A check of the audit itself.</summary>
/// <param name="Passed">Whether it came out as it must.</param>
/// <param name="Measured">The leak that was measured, in balanced accuracy given the task.</param>
/// <param name="Wanted">What a perfect audit would measure.</param>
public sealed record Control(bool Passed, Measured Measured, double Wanted);

/// <summary>The checks of the audit itself.</summary>
/// <param name="Planted">z written into h so weakly that the best attacker gains exactly the tolerance: it must be found.</param>
/// <param name="Shuffled">z permuted among images of one y: it must not be found.</param>
public sealed record Controls(Control Planted, Control Shuffled)
{
    /// <summary>Whether both came out as they must.</summary>
    [JsonIgnore]
    public bool Passed => Planted.Passed && Shuffled.Passed;
}

/// <summary>Two paired differences of balanced accuracy on the same test images.</summary>
/// <param name="GivenTask">A(h, y) - A(y): the criterion.</param>
/// <param name="BeyondPrediction">A(h) - A(ŷ): the reader's number.</param>
public sealed record Leak(Measured GivenTask, Measured BeyondPrediction);

/// <summary>One attacker's result.</summary>
public sealed record AttackerResult
{
    /// <summary>The attacker's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>h</c> or <c>h,y</c> (for a code <c>c</c> or <c>c,y</c>).</summary>
    public required string Knows { get; init; }

    /// <summary><c>training</c>: on the extractor's own training images; <c>unseen</c>: on images that it never saw.</summary>
    public required string FittedOn { get; init; }

    /// <summary>The attacker's own seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Balanced accuracy on validation: what the best attacker is chosen by.</summary>
    public required double Validation { get; init; }

    /// <summary>On test.</summary>
    public required Scores Test { get; init; }

    /// <summary>A(this) - A(y), paired, on test.</summary>
    public required Measured GivenTask { get; init; }
}

/// <summary>Which attacker was chosen on validation.</summary>
public sealed record Choice(string Name, string Knows, string FittedOn, int Seed);

/// <summary>The audit of one place for one attribute.</summary>
public sealed record RepresentationAudit
{
    /// <summary><c>h</c>, <c>embedding</c>, <c>code</c> or <c>logits</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>continuous</c> or <c>discrete</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether it leaves the extractor; the verdict looks at such places only.</summary>
    public required bool Released { get; init; }

    /// <summary>z; several joined by + for the joint audit.</summary>
    public required string Attribute { get; init; }

    /// <summary>Of this place and attribute.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Why, in words.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>What is reached without h.</summary>
    public required Floors Floors { get; init; }

    /// <summary>The checks of the audit itself.</summary>
    public required Controls Controls { get; init; }

    /// <summary>Every attacker.</summary>
    public required IReadOnlyList<AttackerResult> Attackers { get; init; }

    /// <summary>The attacker that counts, chosen on validation.</summary>
    public required Choice Best { get; init; }

    /// <summary>The attacker that counts among those who do not know y.</summary>
    public required Choice BestWithoutTask { get; init; }

    /// <summary>Its leak.</summary>
    public required Leak Leak { get; init; }

    /// <summary>The result of <see cref="Best"/>.</summary>
    [JsonIgnore]
    public AttackerResult BestResult => Find(Best);

    /// <summary>The result of <see cref="BestWithoutTask"/>.</summary>
    [JsonIgnore]
    public AttackerResult BestWithoutTaskResult => Find(BestWithoutTask);

    private AttackerResult Find(Choice choice) => Attackers.Single(attacker =>
        attacker.Name == choice.Name && attacker.Knows == choice.Knows && attacker.FittedOn == choice.FittedOn && attacker.Seed == choice.Seed);
}

/// <summary>audit.json.</summary>
public sealed record AuditResult
{
    /// <summary>The version of this file's form.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The worst verdict of a released place.</summary>
    public Verdict Verdict => Worst.Verdict;

    /// <summary>Why, in words.</summary>
    public IReadOnlyList<string> Reasons => [.. Worst.Reasons.Select(reason => $"{Worst.Attribute} at {Worst.Name}: {reason}")];

    /// <summary>Accuracy of the task on test.</summary>
    public required Measured Fidelity { get; init; }

    /// <summary>
    /// Harmonic mean of (1 - attack accuracy) and fidelity, as in Guo et al.: for the first attribute, and the attacker without y who
    /// read validation best at a released place.
    /// </summary>
    public double Aum => AttributeUnlearningMetric(
        Representations.Where(audit => audit.Released && audit.Attribute == Representations[0].Attribute)
            .Select(audit => audit.BestWithoutTaskResult).MaxBy(attacker => attacker.Validation)!.Test.Accuracy.Value,
        Fidelity.Value);

    /// <summary>How strict it was.</summary>
    public required AuditSettings Settings { get; init; }

    /// <summary>Every place for every attribute.</summary>
    public required IReadOnlyList<RepresentationAudit> Representations { get; init; }

    /// <summary>Every place for all attributes at once; empty for one attribute.</summary>
    public required IReadOnlyList<RepresentationAudit> Joint { get; init; }

    /// <summary>What of test images can be drawn again from the first released place; null where it was not tried.</summary>
    public ReconstructionResult? Reconstruction { get; init; }

    /// <summary>The released place and attribute that decide the verdict: the worst verdict, then the largest leak.</summary>
    [JsonIgnore]
    public RepresentationAudit Worst => Representations.Concat(Joint).Where(audit => audit.Released).MaxBy(audit => (audit.Verdict, audit.Leak.GivenTask.Value))!;

    /// <summary>AUM = 2 (1 - e) f / ((1 - e) + f), with e the attack accuracy and f the fidelity.</summary>
    public static double AttributeUnlearningMetric(double attackAccuracy, double fidelity)
        => 2 * (1 - attackAccuracy) * fidelity / (1 - attackAccuracy + fidelity);
}
