using Efface.Auditing.Attacks;
using Efface.Data;

namespace Efface.Auditing;

/// <summary>How well an attribute that should stay can still be read: the more the better. AUC on test, without y.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Before">From the model before unlearning; null if there is none.</param>
/// <param name="After">From the released representation.</param>
/// <param name="PredictionOnly">From ŷ alone: releasing only the decision forgets everything, and keeps only this; null without a
/// task.</param>
public sealed record CollateralResult(string Attribute, Measured? Before, Measured After, Measured? PredictionOnly)
{
    /// <summary>
    /// The same as <see cref="After"/> within each class of the attributes to be forgotten, mean over classes: what goes with them
    /// cannot stay. Null where no class has enough images.
    /// </summary>
    public double? Within { get; init; }

    /// <summary>The same from the model before unlearning; null if there is none.</summary>
    public double? WithinBefore { get; init; }
}

/// <summary>The mean AUC over the attributes that should stay.</summary>
public sealed record CollateralMean(double? Before, double After, double? PredictionOnly)
{
    /// <summary>Within each class of the attributes to be forgotten; null if it was not measured.</summary>
    public double? Within { get; init; }

    /// <summary>The same from the model before unlearning.</summary>
    public double? WithinBefore { get; init; }

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
            )
            {
                Within = measured.Average(result => result.Within),
                WithinBefore = measured.Average(result => result.WithinBefore),
            };
    }
}

/// <summary>Measures collateral at the first released place.</summary>
internal static class CollateralRuns
{
    // Fewer images of a class show nothing of it.
    private const int FewestWithin = 10;

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
    /// <param name="forgotten">The attributes to be forgotten.</param>
    /// <param name="settings">Confidence, budget and seed.</param>
    /// <param name="cancel">Checked during fitting.</param>
    public static CollateralResult Of(
        AuditSubject subject,
        AuditResult? before,
        Column column,
        IReadOnlyList<Column> forgotten,
        AuditSettings settings,
        CancellationToken cancel = default
    )
    {
        var sampling = subject.Sampling(settings.Confidence);
        var parts = subject.For(subject.Places.First(place => place.Released), column, settings.Budget);
        IAttacker reader = parts.Problem.IsDiscrete ? new LookupAttacker() : new LinearAttacker();
        var stored = before?.Collateral.FirstOrDefault(result => result.Attribute == column.Name);
        var read = parts.OnTraining(reader, settings.Seeds[0], cancel).Test;
        return new CollateralResult(
            column.Name,
            stored?.After,
            Auc(read),
            subject.Task is null ? null : Auc(parts.Floor(FloorAttacker.PredictionOnly).Test)
        )
        {
            Within = Within(read, forgotten.Select(attribute => AuditSubject.Of(attribute, subject.Parts.Test.Rows))),
            WithinBefore = stored?.Within,
        };

        Measured Auc(Readings readings) => Auditing.Auc.Of(readings.Balanced, readings.Truth, sampling);
    }

    private static double? Within(Readings read, IEnumerable<int[]> forgotten)
    {
        double?[] classes =
        [
            .. forgotten.SelectMany(labels =>
                Enumerable.Range(0, labels.Length).GroupBy(i => labels[i]).Select(group => Within(read, [.. group]))
            ),
        ];
        return classes.Average();
    }

    private static double? Within(Readings read, int[] images)
    {
        var truth = images.Select(i => read.Truth[i]).ToArray();
        var enough = truth.CountBy(label => label).Where(count => count.Value >= FewestWithin).Select(count => count.Key).ToHashSet();
        if (enough.Count < 2)
            return null;
        int[] used = [.. images.Where(i => enough.Contains(read.Truth[i]))];
        var balanced = new double[used.Length, read.Classes];
        for (var i = 0; i < used.Length; i++)
        for (var label = 0; label < read.Classes; label++)
            balanced[i, label] = read.Balanced[used[i], label];
        return Auc.Of(balanced, [.. used.Select(i => read.Truth[i])], new Sampling(0.95, null)).Value;
    }
}
