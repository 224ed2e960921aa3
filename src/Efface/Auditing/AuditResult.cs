using System.Text.Json.Serialization;
using Efface.Data;
using Efface.Data.Vectors;

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

/// <summary>What is reached without h.</summary>
public sealed record Floor(Measured Accuracy, Measured BalancedAccuracy);

/// <summary>The three floors; without a task only the first.</summary>
public sealed record Floors(Floor Majority, Floor? LabelOnly, Floor? PredictionOnly)
{
    /// <summary>
    /// The floor everything is measured against: the attacker that knows y if there is a task, else the one that knows nothing.
    /// </summary>
    [JsonIgnore]
    public Floor Reference => LabelOnly ?? Majority;
}

/// <summary>A check of the audit itself.</summary>
/// <param name="Passed">Whether it came out as expected.</param>
/// <param name="Measured">The leak that was measured, in balanced accuracy given the task.</param>
/// <param name="Wanted">What a perfect audit would measure.</param>
public sealed record Control(bool Passed, Measured Measured, double Wanted);

/// <summary>The checks of the audit itself at one place.</summary>
/// <param name="Planted">z written into h so weakly that the best attacker gains exactly the tolerance: the audit must find it.</param>
/// <param name="Shuffled">z permuted among images of one y: the audit must not find it.</param>
public sealed record Controls(Control Planted, Control Shuffled)
{
    /// <summary>
    /// The planted trace where no single direction reveals it, but two together do: the audit need not find it; it shows what could go
    /// unseen. Null for codes, where nothing goes unseen.
    /// </summary>
    public Control? Hidden { get; init; }

    /// <summary>Whether both came out as expected.</summary>
    [JsonIgnore]
    public bool Passed => Planted.Passed && Shuffled.Passed;
}

/// <summary>Whether an image or a group is in more than one of training, validation and test.</summary>
/// <param name="Passed">Nothing is shared, as far as could be checked.</param>
/// <param name="SharedImages">Test and validation images that are in an earlier part too; null where this could not be checked.</param>
/// <param name="SharedGroups">Groups that are in more than one part; null without a group column.</param>
public sealed record SplitControl(bool Passed, int? SharedImages, int? SharedGroups);

/// <summary>Two paired differences of balanced accuracy on the same test images.</summary>
/// <param name="GivenTask">A(h, y) - A(y): the criterion.</param>
/// <param name="BeyondPrediction">A(h) - A(ŷ): the reader's number; without a task A(h) less the majority's.</param>
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

    /// <summary>Balanced accuracy on validation: the best attacker is chosen by it.</summary>
    public required double Validation { get; init; }

    /// <summary>On test.</summary>
    public required Scores Test { get; init; }

    /// <summary>A(this) - A(y), paired, on test; without a task less the majority's.</summary>
    public required Measured GivenTask { get; init; }

    /// <summary>Identifies the attacker.</summary>
    [JsonIgnore]
    public Choice Identity => new(Name, Knows, FittedOn, Seed);

    /// <summary>Whether it knows y.</summary>
    [JsonIgnore]
    public bool KnowsTask => Knows.EndsWith(",y", StringComparison.Ordinal);
}

/// <summary>The chosen attacker, on the test images of one class of the task or of another attribute.</summary>
/// <param name="Column">The task, or another attribute.</param>
/// <param name="Class">One of its classes.</param>
/// <param name="BalancedAccuracy">On these images.</param>
/// <param name="GivenTask">Its leak on these images, at the confidence corrected for the number of subgroups.</param>
public sealed record SubgroupResult(string Column, string Class, Measured BalancedAccuracy, Measured GivenTask);

/// <summary>The same attackers on the model before unlearning.</summary>
/// <param name="Name">The place in that model: the one of the same name, else the first released one.</param>
/// <param name="Best">The attacker chosen on validation there.</param>
/// <param name="BalancedAccuracy">Its balanced accuracy on test.</param>
/// <param name="Leak">Its leak.</param>
public sealed record BeforeReading(string Name, Choice Best, Measured BalancedAccuracy, Leak Leak);

/// <summary>The verdict for one attribute, or for all at once.</summary>
/// <param name="Attribute">Its name; several joined by +.</param>
/// <param name="Verdict">The worst verdict of a released place.</param>
/// <param name="Name">That place.</param>
/// <param name="Reasons">Why, in words.</param>
public sealed record AttributeVerdict(string Attribute, Verdict Verdict, string Name, IReadOnlyList<string> Reasons);

/// <summary>Which attacker was chosen on validation.</summary>
public sealed record Choice(string Name, string Knows, string FittedOn, int Seed);

/// <summary>The audit of one place for one attribute.</summary>
public sealed record RepresentationAudit
{
    /// <summary><c>h</c>, <c>embedding</c>, <c>code</c> or <c>logits</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>continuous</c> or <c>discrete</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether it leaves the extractor; the verdict looks only at such places.</summary>
    public required bool Released { get; init; }

    /// <summary>z; several joined by + for the joint audit.</summary>
    public required string Attribute { get; init; }

    /// <summary>The verdict for this place and attribute.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Why, in words.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>What is reached without h.</summary>
    public required Floors Floors { get; init; }

    /// <summary>The checks of the audit itself; null if they were not requested.</summary>
    public Controls? Controls { get; init; }

    /// <summary>Every attacker.</summary>
    public required IReadOnlyList<AttackerResult> Attackers { get; init; }

    /// <summary>The chosen attacker: the best on validation.</summary>
    public required Choice Best { get; init; }

    /// <summary>The chosen attacker among those that do not know y.</summary>
    public required Choice BestWithoutTask { get; init; }

    /// <summary>Its leak.</summary>
    public required Leak Leak { get; init; }

    /// <summary>The classes of z, in the order of <see cref="Confusion"/>.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Counts of test images of each class (rows) that the chosen attacker assigned to each class (columns).</summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; } = [];

    /// <summary>The chosen attacker, on subgroups of the test images.</summary>
    public IReadOnlyList<SubgroupResult> Subgroups { get; init; } = [];

    /// <summary>What the mean over classes and images can hide; null in a file of an earlier version.</summary>
    public WorstCases? WorstCases { get; init; }

    /// <summary>Whether vectors have no more digits than 16 bits hold; digits beyond were not searched. Null for codes.</summary>
    public bool? IsRounded { get; init; }

    /// <summary>What the same attackers read from the model before unlearning; null if there is none.</summary>
    public BeforeReading? Before { get; init; }

    /// <summary>
    /// Bounds on every attacker that sees the code; at the logits, on every attacker that sees only the decision. Empty elsewhere.
    /// </summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];

    /// <summary>I(c; z | y) of a code, on training and on test images; null elsewhere.</summary>
    public CountedInformation? Information { get; init; }

    /// <summary>The code that reveals most; null if there is none.</summary>
    public WorstSymbol? WorstSymbol { get; init; }

    /// <summary>The results of the user's own parts, by part and name; null if there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, Measured>>? Own { get; init; }

    /// <summary>The result of <see cref="Best"/>.</summary>
    [JsonIgnore]
    public AttackerResult BestResult => Find(Best);

    /// <summary>The result of <see cref="BestWithoutTask"/>.</summary>
    [JsonIgnore]
    public AttackerResult BestWithoutTaskResult => Find(BestWithoutTask);

    private AttackerResult Find(Choice choice) => Attackers.Single(attacker => attacker.Identity == choice);
}

/// <summary>audit.json.</summary>
public sealed record AuditResult
{
    /// <summary>The version of this file's format.</summary>
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The worst verdict of a released place.</summary>
    public Verdict Verdict => Worst.Verdict;

    /// <summary>Why, in words, after the warnings.</summary>
    public IReadOnlyList<string> Reasons =>
        [.. Warnings, .. Worst.Reasons.Select(reason => $"{Worst.Attribute} at {Worst.Name}: {reason}")];

    /// <summary>What to know before reading any verdict, in words.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Which parts of which files were used as vectors; empty for a run.</summary>
    public IReadOnlyList<VectorOrigin> Source { get; init; } = [];

    /// <summary>The classes of the task and of the audited attributes, in the images that it rests on.</summary>
    public IReadOnlyList<ClassCounts> Classes { get; init; } = [];

    /// <summary>The verdict for each attribute, and for all at once if there are several.</summary>
    public IReadOnlyList<AttributeVerdict> Attributes =>
        [
            .. All.Where(audit => audit.Released)
                .GroupBy(audit => audit.Attribute)
                .Select(audits => WorstOf(audits))
                .Select(worst => new AttributeVerdict(worst.Attribute, worst.Verdict, worst.Name, worst.Reasons)),
        ];

    /// <summary>Accuracy of the task on test; null without a task, but always written: a file without it is not an audit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required Measured? Fidelity { get; init; }

    /// <summary>
    /// Harmonic mean of (1 - attack accuracy) and fidelity, as in Guo et al.: for the first attribute, and the attacker without y that read
    /// validation best at a released place.
    /// </summary>
    public double? Aum => Fidelity is null ? null : AttributeUnlearningMetric(AttackAccuracy.Value, Fidelity.Value);

    /// <summary>
    /// What the paper calls efficacy: plain accuracy on test of the attacker without y that read validation best at a released place, for
    /// the first attribute.
    /// </summary>
    [JsonIgnore]
    public Measured AttackAccuracy => AttackAccuracyOn(Representations[0].Attribute);

    /// <summary>How strict it was.</summary>
    public required AuditSettings Settings { get; init; }

    /// <summary>The images that it rests on; null in a file of version 1.</summary>
    public AuditedImages? Images { get; init; }

    /// <summary>Whether images or groups are in more than one part; null in a file of version 1.</summary>
    public SplitControl? Split { get; init; }

    /// <summary>Every place for every attribute.</summary>
    public required IReadOnlyList<RepresentationAudit> Representations { get; init; }

    /// <summary>Every place for all attributes at once; empty for one attribute.</summary>
    public required IReadOnlyList<RepresentationAudit> Joint { get; init; }

    /// <summary>What else can be read.</summary>
    public IReadOnlyList<CollateralResult> Collateral { get; init; } = [];

    /// <summary>The mean of <see cref="Collateral"/>; null if there is none.</summary>
    public CollateralMean? CollateralMean => Auditing.CollateralMean.Of(Collateral);

    /// <summary>What can be reconstructed of test images from the first released place; null if there are no images.</summary>
    public ReconstructionResult? Reconstruction { get; init; }

    /// <summary>The same for the model before unlearning; null if there is none.</summary>
    public ReconstructionResult? ReconstructionBefore { get; init; }

    /// <summary>How well people are still verified; null if no column says who they are.</summary>
    public VerificationResult? Verification { get; init; }

    /// <summary>Where the network still sees the attributes; empty if there are no images.</summary>
    public IReadOnlyList<AttentionResult> Attention { get; init; } = [];

    /// <summary>The audited attributes, in order.</summary>
    [JsonIgnore]
    public IEnumerable<string> Sought => Representations.Select(place => place.Attribute).Distinct();

    /// <summary>The released place and attribute that decide the verdict: the worst verdict, then the largest leak.</summary>
    [JsonIgnore]
    public RepresentationAudit Worst => WorstOf(All.Where(audit => audit.Released));

    /// <summary>Every place for every attribute, and for all attributes at once.</summary>
    [JsonIgnore]
    public IEnumerable<RepresentationAudit> All => Representations.Concat(Joint);

    /// <summary>What the paper calls efficacy, for one attribute, or for all at once under their joint name.</summary>
    public Measured AttackAccuracyOn(string attribute) =>
        Released(attribute).Select(audit => audit.BestWithoutTaskResult).MaxBy(attacker => attacker.Validation)!.Test.Accuracy;

    /// <summary>The released place that decides the verdict on one attribute, or on all at once under their joint name.</summary>
    public RepresentationAudit WorstFor(string attribute) => WorstOf(Released(attribute));

    /// <summary>AUM = 2 (1 - e) f / ((1 - e) + f), with e the attack accuracy and f the fidelity.</summary>
    public static double AttributeUnlearningMetric(double attackAccuracy, double fidelity) =>
        2 * (1 - attackAccuracy) * fidelity / (1 - attackAccuracy + fidelity);

    private IEnumerable<RepresentationAudit> Released(string attribute) =>
        All.Where(audit => audit.Released && audit.Attribute == attribute);

    private static RepresentationAudit WorstOf(IEnumerable<RepresentationAudit> audits) =>
        audits.MaxBy(audit => (audit.Verdict, audit.Leak.GivenTask.Value))!;
}

/// <summary>The images that an audit rests on.</summary>
/// <param name="Training">Images of the extractor's training part, to fit attackers on.</param>
/// <param name="Validation">Images that it never saw, for choosing attackers and for fitting those on unseen images.</param>
/// <param name="Test">Evaluated once.</param>
/// <param name="TestGroups">Groups among the test images; null where independence was not checked.</param>
public sealed record AuditedImages(int Training, int Validation, int Test, int? TestGroups);
