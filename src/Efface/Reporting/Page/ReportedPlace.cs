using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>One place of one run, for one attribute.</summary>
internal sealed record ReportedPlace(ReportRun Run, RepresentationAudit Audit)
{
    /// <summary>The floors, with their names.</summary>
    public IEnumerable<(string Style, string Words, Floor Floor)> Floors =>
        new (string Style, string Words, Floor? Floor)[]
        {
            ("majority", "knowing nothing (majority)", Audit.Floors.Majority),
            ("label-only", "knowing only the task's true answer (label-only)", Audit.Floors.LabelOnly),
            ("prediction-only", "knowing only the model's own answer (prediction-only)", Audit.Floors.PredictionOnly),
        }
            .Where(floor => floor.Floor is not null)
            .Select(floor => (floor.Style, floor.Words, floor.Floor!));

    /// <summary>Every number in its picture.</summary>
    public IEnumerable<double> Shown =>
        Floors
            .Select(floor => floor.Floor.BalancedAccuracy.Value)
            .Concat(
                Audit
                    .Attackers.Select(attacker => attacker.Test.BalancedAccuracy)
                    .SelectMany(measured => new[] { measured.Value, measured.Low, measured.High })
            );

    /// <summary>The best run of an attacker with this knowledge on validation; null if it was not run.</summary>
    public AttackerResult? Best(string attacker, string knows) =>
        Audit.Attackers.Where(result => result.Name == attacker && result.Knows == knows).MaxBy(result => result.Validation);
}
