using Efface.Auditing;
using Efface.Reporting.Page;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>
/// The method that a table recommends: of those that show no leak and keep the task, the one that keeps most of the rest.
/// </summary>
internal static class MethodChoice
{
    /// <summary>The fidelity that may be lost relative to the model before.</summary>
    public const double Tolerance = 0.015;

    /// <summary>The choice in words, for each data set, attribute and network.</summary>
    /// <param name="rows">Includes a row of <see cref="ExperimentMethods.Before"/> for each.</param>
    public static IReadOnlyList<string> Sentences(IEnumerable<MethodRow> rows) =>
        [
            .. rows.GroupBy(row => (row.Data, row.Attribute, row.Read, row.Model))
                .Select(group =>
                    $"{group.Key.Data} without "
                    + $"{group.Key.Attribute}{(group.Key.Read == group.Key.Attribute ? "" : $" ({group.Key.Read})")}, "
                    + $"{group.Key.Model}: {Sentence([.. group])}"
                ),
        ];

    private static string Sentence(IReadOnlyList<MethodRow> rows)
    {
        var most = $"at most {Numbers.Points(Tolerance)} points of fidelity";
        var usable = Usable(rows);
        if (KeepsMost(usable) is not { } chosen)
            return $"every way leaks, or loses more than {Numbers.Points(Tolerance)} points of fidelity.";
        var settled = KeepsMost([.. usable.Where(row => row.Verdict != Verdict.Inconclusive)]);
        var doubt =
            chosen.Verdict != Verdict.Inconclusive
                ? ""
                : " Whether it forgets, these test images do not "
                    + $"settle{(settled is null ? "" : $"; of the ways that are settled {settled.Method} keeps most")}.";
        if (usable.Count == 1)
            return $"only {chosen.Method} is not seen to leak and loses {most}.{doubt}";
        return $"of the ways that are not seen to leak and lose {most} ({string.Join(", ", usable.Select(row => row.Method))}), "
            + $"{chosen.Method} keeps most.{doubt}";
    }

    // If no other column shows what is kept, reconstructions do.
    private static MethodRow? KeepsMost(List<MethodRow> usable) =>
        usable.All(row => row.Kept is not null)
            ? usable.MaxBy(row => row.Kept)
            : usable.MinBy(row => row.DrawingError ?? double.PositiveInfinity);

    private static List<MethodRow> Usable(IReadOnlyList<MethodRow> rows)
    {
        var before = rows.First(row => row.Method == ExperimentMethods.Before);
        return
        [
            .. rows.Where(row =>
                !ExperimentMethods.IsBefore(row.Method)
                && row.Verdict != Verdict.Leaks
                && row.Fidelity.Value >= before.Fidelity.Value - Tolerance
            ),
        ];
    }
}
