using System.Text.Json.Serialization;
using Efface.Auditing.Attacks;

namespace Efface.Auditing;

/// <summary>How strict an audit is.</summary>
public sealed record AuditSettings
{
    /// <summary>τ: the balanced accuracy beyond the label-only floor that is tolerated.</summary>
    [Setting(
        "--tolerance",
        "T",
        "Balanced accuracy beyond the label-only floor that is tolerated (0.05).",
        Range = "(0, 1)",
        Remedy = "Give a share of balanced accuracy such as 0.05"
    )]
    public double Tolerance { get; init; } = 0.05;

    /// <summary>
    /// The same tolerance for one class against the rest, for the images of which an attacker is most confident, and for one symbol.
    /// </summary>
    [Setting(
        "--worst-tolerance",
        "T",
        "What is tolerated of one class against the rest, of single images and of one symbol (0.25).",
        Range = "(0, 1)",
        Remedy = "Give a share such as 0.25"
    )]
    public double WorstTolerance { get; init; } = 0.25;

    /// <summary>The confidence of every interval.</summary>
    [Setting("--confidence", "C", "Of every interval (0.95).", Range = "[0.5, 1)", Remedy = "Give a confidence such as 0.95")]
    public double Confidence { get; init; } = 0.95;

    /// <summary>How much compute is spent.</summary>
    [Setting("--budget", "NAME", "quick (the default) or full: more images, settings and seeds.", Command = "audit")]
    public Budget Budget { get; init; } = Budget.Quick;

    /// <summary>
    /// Each attacker that depends on chance is trained once per seed; in a quick audit, one that is not the best with the first seed is
    /// trained with that one only.
    /// </summary>
    public IReadOnlyList<int> Seeds { get; init; } = [0, 1];

    /// <summary>The names of the attackers to run; each runs where it can.</summary>
    [Setting("--attackers", "NAMES", "Which attackers to send, separated by commas (all).", Command = "audit")]
    public IReadOnlyList<string> Attackers { get; init; } =
    [.. Attacks.Attackers.All.Where(attacker => !attacker.IsFloor).Select(attacker => attacker.Name)];

    /// <summary>What is examined beside attacks: names of <see cref="AuditPart"/>.</summary>
    [Setting(
        "--parts",
        "NAMES",
        "What to look at beside attacks: controls, certificate, subgroups, collateral, reconstruction, attention (all).",
        Command = "audit"
    )]
    public IReadOnlyList<string> Parts { get; init; } = AuditPart.All;

    /// <summary>Further stages of the network to audit; <c>all</c> is every one behind the split.</summary>
    [Setting(
        "--stages",
        "NAMES",
        "Further stages of the network to look at, separated by commas; all is every one behind the split.",
        Command = "audit"
    )]
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>The user's own attackers; run if <see cref="Attackers"/> names them.</summary>
    [JsonIgnore]
    public IReadOnlyList<IAttacker> OwnAttackers { get; private init; } = [];

    /// <summary>The user's own parts; run if <see cref="Parts"/> names them.</summary>
    [JsonIgnore]
    public IReadOnlyList<IAuditPart> OwnParts { get; private init; } = [];

    /// <summary>With one of the user's own attackers.</summary>
    public AuditSettings With(IAttacker attacker) =>
        this with
        {
            OwnAttackers = [.. OwnAttackers, attacker],
            Attackers = [.. Attackers, attacker.Name],
        };

    /// <summary>With one of the user's own audit parts.</summary>
    public AuditSettings With(IAuditPart part) => this with { OwnParts = [.. OwnParts, part], Parts = [.. Parts, part.Name] };

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var problem in Settings.Check(this))
            yield return problem;
        if (Seeds.Count == 0)
            yield return new Problem("`AuditSettings.Seeds`", "has none", "Give 1 or more");
        string[] known = [.. Known.Select(attacker => attacker.Name)];
        if (known.CountBy(name => name).FirstOrDefault(one => one.Value > 1) is { Key: { } twice })
            yield return new Problem($"`AuditSettings.Attackers` {twice}", "is the name of two attackers", "Give yours another name");
        if (Attackers.Except(known).ToArray() is { Length: > 0 } unknown)
            yield return new Problem(
                $"`AuditSettings.Attackers` {string.Join(',', unknown)}",
                "no such attacker",
                $"Choose from {string.Join(", ", known)}"
            );
        string[] looks = [.. AuditPart.All, .. OwnParts.Select(part => part.Name)];
        if (looks.CountBy(name => name).FirstOrDefault(one => one.Value > 1) is { Key: { } same })
            yield return new Problem($"`AuditSettings.Parts` {same}", "is the name of two parts", "Give yours another name");
        if (Parts.Except(looks).ToArray() is { Length: > 0 } parts)
            yield return new Problem(
                $"`AuditSettings.Parts` {string.Join(',', parts)}",
                "no such part",
                $"Choose from {string.Join(", ", looks)}"
            );
    }

    /// <summary>The seeds that an attacker runs with.</summary>
    public IEnumerable<int> SeedsFor(IAttacker attacker) =>
        Seeds.Take(
            attacker switch
            {
                { DependsOnSeed: false } => 1,
                { IsCostly: true } => Budget == Budget.Quick ? 1 : 2,
                _ => Seeds.Count,
            }
        );

    /// <summary>Every attacker that can be sent: without the floors.</summary>
    internal IEnumerable<IAttacker> Known => Attacks.Attackers.All.Concat(OwnAttackers).Where(attacker => !attacker.IsFloor);

    internal bool Asks(string part) => Parts.Contains(part);

    /// <summary>The default seeds of a budget.</summary>
    public static IReadOnlyList<int> SeedsOf(Budget budget) => [.. Enumerable.Range(0, budget == Budget.Quick ? 2 : 5)];
}
