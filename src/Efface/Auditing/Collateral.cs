using Efface.Auditing.Attacks;
using Efface.Data;

namespace Efface.Auditing;

/// <summary>How well an attribute that should stay can still be read: the more the better. AUC on test, without y.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Before">From the model before unlearning; null if there is none.</param>
/// <param name="After">From the released representation.</param>
/// <param name="PredictionOnly">From ŷ alone: releasing only the decision forgets everything, and keeps only this; null without a
/// task.</param>
public sealed record CollateralResult(string Attribute, Measured? Before, Measured After, Measured? PredictionOnly);

/// <summary>The mean AUC over the attributes that should stay.</summary>
public sealed record CollateralMean(double? Before, double After, double? PredictionOnly)
{
    /// <summary>Over the attributes that could be measured; null if there are none.</summary>
    public static CollateralMean? Of(IReadOnlyList<CollateralResult> results)
    {
        var measured = results.Where(result => double.IsFinite(result.After.Value)).ToList();
        return measured.Count == 0
            ? null
            : new CollateralMean(
                measured.Average(result => result.Before?.Value),
                measured.Average(result => result.After.Value),
                measured.Average(result => result.PredictionOnly?.Value)
            );
    }
}

/// <summary>Measures collateral at the first released place.</summary>
internal static class CollateralRuns
{
    /// <summary>Every column that is neither the task nor an attribute to be forgotten, and has two classes or more in each part.</summary>
    public static IReadOnlyList<Column> Columns(AuditSubject subject, IReadOnlyList<Column> forgotten) =>
        [
            .. subject.Columns.Where(column =>
                column.Name != subject.Task?.Name
                && forgotten.All(attribute => attribute.Name != column.Name)
                && new[] { subject.Parts.Training, subject.Parts.Validation, subject.Parts.Test }.All(part =>
                    column.Count(part.Rows).Count(count => count > 0) > 1
                )
            ),
        ];

    /// <summary>Measures one attribute.</summary>
    /// <param name="subject">The model that is audited.</param>
    /// <param name="before">The audit of the model before unlearning; null if there is none.</param>
    /// <param name="column">The attribute that should stay.</param>
    /// <param name="settings">Confidence, budget and seed.</param>
    /// <param name="cancel">Checked during fitting.</param>
    public static CollateralResult Of(
        AuditSubject subject,
        AuditResult? before,
        Column column,
        AuditSettings settings,
        CancellationToken cancel = default
    )
    {
        var sampling = subject.Sampling(settings.Confidence);
        var parts = subject.For(subject.Places.First(place => place.Released), column, settings.Budget);
        IAttacker reader = parts.Problem.IsDiscrete ? new LookupAttacker() : new LinearAttacker();
        return new CollateralResult(
            column.Name,
            before?.Collateral.FirstOrDefault(result => result.Attribute == column.Name)?.After,
            Auc(parts.OnTraining(reader, settings.Seeds[0], cancel)),
            subject.Task is null ? null : Auc(parts.Floor(FloorAttacker.PredictionOnly))
        );

        Measured Auc(Attack attack) => Auditing.Auc.Of(attack.Test.Balanced, attack.Test.Truth, sampling);
    }
}
