namespace Efface.Auditing;

/// <summary>The evidence for a verdict at one place for one attribute.</summary>
internal sealed record Evidence
{
    /// <summary>A(h,y) - A(y) of the attacker chosen on validation, at the corrected confidence.</summary>
    public required Measured Leak { get; init; }

    /// <summary>
    /// The same attacker's balanced accuracy less that of the likeliest class of each y, however little y reveals. If y reveals next to
    /// nothing, a floor that always names one class has no noise, but then what y does reveal counts as leak: that alone is none.
    /// </summary>
    public double BeyondTask { get; init; } = double.PositiveInfinity;

    /// <summary>Every attacker.</summary>
    public required IReadOnlyList<AttackerResult> Attackers { get; init; }

    /// <summary>The checks of the audit itself.</summary>
    public required Controls? Controls { get; init; }

    /// <summary>Whether the parts of the data are disjoint.</summary>
    public required SplitControl Split { get; init; }

    /// <summary>The confidence of each attacker's own interval.</summary>
    public double Confidence { get; init; } = new AuditSettings().Confidence;

    /// <summary>τ: the tolerance on average.</summary>
    public required double Tolerance { get; init; }

    /// <summary>
    /// The tolerance for one class against the rest, for the images of which an attacker is most confident, and for one symbol.
    /// </summary>
    public double WorstTolerance { get; init; } = new AuditSettings().WorstTolerance;

    /// <summary>Whether leaks are measured from what y reveals; else from guessing.</summary>
    public bool HasTask { get; init; } = true;

    /// <summary>What a mean can hide; null if it was not examined.</summary>
    public WorstCases? WorstCases { get; init; }

    /// <summary>
    /// The symbol that reveals most, with classes taken as equally frequent and an interval that holds jointly for all symbols; null if
    /// none significantly does.
    /// </summary>
    public WorstSymbol? WorstSymbol { get; init; }

    /// <summary>Bounds of a code on the mean over classes, each with enough confidence for a verdict; else empty.</summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];

    /// <summary>The largest bound of a code on reading one class against the rest; null if there is none.</summary>
    public double? ClassBound { get; init; }

    /// <summary>Classes with too few images in the test part, or none, in words.</summary>
    public IReadOnlyList<string> RareClasses { get; init; } = [];

    /// <summary>Whether every image has the same vector.</summary>
    public bool IsConstant { get; init; }
}
