namespace Efface.Auditing;

/// <summary>What a verdict at one place for one attribute rests on.</summary>
internal sealed record Evidence
{
    /// <summary>A(h,y) - A(y) of the attacker chosen on validation, at the corrected confidence.</summary>
    public required Measured Leak { get; init; }

    /// <summary>
    /// The same attacker's balanced accuracy less that of the likeliest class of each y, however little y tells. A floor that stays with
    /// one class where y tells next to nothing has no noise, but what y does tell then counts as leak: that alone is none.
    /// </summary>
    public double BeyondTask { get; init; } = double.PositiveInfinity;

    /// <summary>Every attacker.</summary>
    public required IReadOnlyList<AttackerResult> Attackers { get; init; }

    /// <summary>The checks of the audit itself.</summary>
    public required Controls? Controls { get; init; }

    /// <summary>Whether the parts of the data are apart.</summary>
    public required SplitControl Split { get; init; }

    /// <summary>Of each attacker's own interval.</summary>
    public double Confidence { get; init; } = new AuditSettings().Confidence;

    /// <summary>τ: so much is tolerated on average.</summary>
    public required double Tolerance { get; init; }

    /// <summary>
    /// So much is tolerated of one class against the rest, of the images of which an attacker is surest, and of one symbol.
    /// </summary>
    public double WorstTolerance { get; init; } = new AuditSettings().WorstTolerance;

    /// <summary>Whether leaks are counted from what y tells; else from guessing.</summary>
    public bool HasTask { get; init; } = true;

    /// <summary>What a mean can hide; null where it was not looked at.</summary>
    public WorstCases? WorstCases { get; init; }

    /// <summary>
    /// The symbol that tells most, classes taken as equally frequent, with an interval that is sure for all symbols together; null where
    /// none surely tells.
    /// </summary>
    public WorstSymbol? WorstSymbol { get; init; }

    /// <summary>Bounds of a code on the mean over classes, each sure enough to rest a verdict on; else empty.</summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];

    /// <summary>The largest bound of a code on what tells one class from the rest; null where there is none.</summary>
    public double? ClassBound { get; init; }

    /// <summary>Classes of which the test part has too few images, or none, in words.</summary>
    public IReadOnlyList<string> RareClasses { get; init; } = [];

    /// <summary>Whether every image has the same vector.</summary>
    public bool IsConstant { get; init; }
}
