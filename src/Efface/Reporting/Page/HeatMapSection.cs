using System.Globalization;
using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>
/// Every attacker against every place at a glance, as a table of coloured cells: each has a number and a symbol, so that it does not depend
/// on colour alone.
/// </summary>
internal static class HeatMapSection
{
    private static readonly double[] Steps = [0, 1, 2, 4, 8];

    private sealed record HeatRow(string Name, string Hint, Func<ReportedPlace, Measured?> Leak);

    /// <summary>One map per attribute; empty if no run is audited.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var places = runs.SelectMany(run => run.Audits.Select(audit => new ReportedPlace(run, audit))).ToList();
        var terms = Terms.Of(runs);
        return places.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="map">
                <h2 id="map">Who reads what, and where</h2>
                <p>How many percentage points of balanced accuracy each attacker reads beyond {terms.Already}. Of several tries of one
                attacker (what it knows, what it learnt from, its seed) the one that did best on validation images is shown.</p>
                {places.GroupBy(place => place.Audit.Attribute).Select(attribute => Map([.. attribute], terms))}
                {Key(runs.Last(run => run.Audit is not null).Audit!.Settings.Tolerance)}
                </section>
                """
            );
    }

    private static Html Map(IReadOnlyList<ReportedPlace> places, Terms terms)
    {
        var attribute = places[0].Audit.Attribute;
        var runs = places.GroupBy(place => place.Run).ToList();
        return Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Map of what attackers read of {attribute}">
            <table class="heat">
            <caption>Reading {Sentences.Quoted(attribute)}: {terms.Leak.ToLowerInvariant()}, in points, with its interval</caption>
            <thead>
            <tr><td></td>{runs.Select(run =>
                Html.Of($"""<th scope="colgroup" colspan="{run.Count()}">{AttackerPlot.Swatch(run.Key)} {run.Key.Label}</th>""")
            )}</tr>
            <tr><td></td>{places.Select(place =>
                Html.Of(
                    $"""
                    <th scope="col">{place.Audit.Name}{(place.Audit.Released ? Html.Empty : Html.Of($"<small>internal</small>"))}</th>
                    """
                )
            )}</tr>
            </thead>
            <tbody>{Rows(places).Select(row => Row(row, places))}</tbody>
            </table>
            </div>
            """
        );
    }

    private static IEnumerable<HeatRow> Rows(IReadOnlyList<ReportedPlace> places)
    {
        foreach (var name in places.SelectMany(place => place.Audit.Attackers).Select(attacker => attacker.Name).Distinct())
            yield return new HeatRow(name, "", place =>
                place.Audit.Attackers.Where(attacker => attacker.Name == name).MaxBy(attacker => attacker.Validation)?.GivenTask
            );
        yield return new HeatRow("The one that counts", "best on validation; interval widened", place => place.Audit.Leak.GivenTask);
        // Even if no run of the report is the model before, the audit may have read it.
        if (places.All(place => !place.Run.IsBefore) && places.Any(place => place.Audit.Before is not null))
            yield return new HeatRow("Before unlearning", "the same attackers, on the model that it came from", place =>
                place.Audit.Before?.Leak.GivenTask
            );
    }

    private static Html Row(HeatRow row, IReadOnlyList<ReportedPlace> places) =>
        Html.Of(
            $"""
            <tr><th
            scope="row">{row.Name}{(row.Hint.Length == 0 ? Html.Empty : Html.Of($"<small>{row.Hint}</small>"))}</th>{places.Select(place =>
                Cell(row.Leak(place), place.Run.Audit!.Settings.Tolerance)
            )}</tr>
            """
        );

    private static Html Cell(Measured? leak, double tolerance)
    {
        if (leak is null)
            return Html.Of($"""<td class="absent"><span aria-hidden="true">–</span><span class="unseen">not sent here</span></td>""");
        if (!double.IsFinite(leak.Value))
            return Html.Of($"<td>{Numbers.Missing}</td>");
        var (sign, words) = Sign(leak, tolerance);
        return Html.Of(
            $"""
            <td class="heat-{Step(leak.Value, tolerance)}"><b>{Numbers.Points(leak.Value)}</b> <span aria-hidden="true">{sign}</span><span
            class="unseen">{words}</span><small>{Numbers.PointsInterval(leak)}</small></td>
            """
        );
    }

    private static (string Sign, string Words) Sign(Measured leak, double tolerance) =>
        leak.Low > tolerance ? ("✕", "interval above the tolerance")
        : leak.High <= tolerance ? ("✓", "interval within the tolerance")
        : ("?", "interval across the tolerance");

    private static int Step(double leak, double tolerance) => Steps.Count(step => leak > step * tolerance);

    private static Html Key(double tolerance)
    {
        var ranges = Steps
            .Select((step, i) => i == 0 ? "none" : $"{Words(Steps[i - 1])} to {Words(step)}")
            .Append($"above {Words(Steps[^1])}");
        return Html.Of(
            $"""
            <ul class="key">
            {ranges.Select(
                (range, i) =>
                    Html.Of($"""<li><span class="patch heat-{i}" aria-hidden="true"></span> {range}{(i == 0 ? "" : " points")}</li>""")
            )}
            <li>✓ interval within the tolerance</li><li>? across it</li><li>✕ above it</li>
            </ul>
            """
        );

        string Words(double step) => (step * tolerance * 100).ToString("0.#", CultureInfo.InvariantCulture);
    }
}
