using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>One place of one run, for one attribute.</summary>
internal sealed record AuditedPlace(ReportRun Run, RepresentationAudit Audit)
{
    /// <summary>What was reached without h, with the words for it.</summary>
    public IEnumerable<(string Style, string Words, double Value)> Floors =>
    [
        ("majority", "knowing nothing (majority)", Audit.Floors.Majority.BalancedAccuracy.Value),
        ("label-only", "knowing only the task's true answer (label-only)", Audit.Floors.LabelOnly.BalancedAccuracy.Value),
        ("prediction-only", "knowing only the model's own answer (prediction-only)", Audit.Floors.PredictionOnly.BalancedAccuracy.Value),
    ];

    /// <summary>Every number that its picture shows.</summary>
    public IEnumerable<double> Shown => Floors.Select(floor => floor.Value)
        .Concat(Audit.Attackers.Select(attacker => attacker.Test.BalancedAccuracy).SelectMany(measured => new[] { measured.Value, measured.Low, measured.High }));

    /// <summary>An attacker's result; null where it was not sent.</summary>
    public AttackerResult? Find(Choice attacker) => Audit.Attackers.FirstOrDefault(result => IdentityOf(result) == attacker);

    /// <summary>What tells attackers apart.</summary>
    public static Choice IdentityOf(AttackerResult result) => new(result.Name, result.Knows, result.FittedOn, result.Seed);
}
