using System.Globalization;
using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>
/// Attackers as dots with intervals, against the floors. Positions are percentages of the width, so that the picture fits any
/// screen and its text keeps its size.
/// </summary>
internal static class AttackerPlot
{
    private const int Lane = 15,
        Margin = 5;

    /// <summary>Draws one place, for each run that has it.</summary>
    public static Html Draw(IReadOnlyList<ReportedPlace> places, Axis axis)
    {
        var tries = places.SelectMany(place => place.Audit.Attackers).Select(attacker => (attacker.Name, attacker.Knows)).Distinct();
        return Html.Of(
            $"""
            <figure class="plot">
            <div role="img" aria-label="{Description(places)}">
            {tries.Select(tried => Row(tried.Name, tried.Knows, places, axis))}
            <div class="row axis"><span>balanced accuracy on test images</span>{Scale(axis)}</div>
            </div>
            <figcaption>{Key(places)}</figcaption>
            </figure>
            """
        );
    }

    /// <summary>A run's marker, as in the pictures.</summary>
    public static Html Swatch(ReportRun run) =>
        Html.Of(
            $"""
            <svg class="swatch" width="14" height="14" aria-hidden="true"><svg x="7" y="7" class="{Style(run)}
            chosen">{Marker(run)}</svg></svg>
            """
        );

    private static Html Row(string attacker, string knows, IReadOnlyList<ReportedPlace> places, Axis axis) =>
        Html.Of(
            $"""
            <div class="row"><span><b>{attacker}</b> knows {knows}</span>
            <svg width="100%" height="{places.Count * Lane + 2 * Margin}">{Background(places, axis)}{places.Select(
                (place, lane) => Dot(place, place.Best(attacker, knows), axis, lane)
            )}</svg></div>
            """
        );

    private static Html Background(IReadOnlyList<ReportedPlace> places, Axis axis)
    {
        var last = places[^1];
        var (floor, tolerance) = (last.Audit.Floors.Reference.BalancedAccuracy.Value, last.Run.Audit!.Settings.Tolerance);
        var width = Math.Min(axis.Share(floor + tolerance), 1) - axis.Share(floor);
        var band = double.IsFinite(floor)
            ? Html.Of($"""<rect class="tolerated" x="{At(axis, floor)}" y="0" width="{Share(width)}" height="100%"/>""")
            : Html.Empty;
        return Html.Of(
            $"""
            {band}
            {axis.Ticks.Select(tick => Vertical("grid", axis, tick))}
            {FloorsOf(places).Select(line => Vertical(line.Style, axis, line.Value))}
            """
        );
    }

    private static Html Vertical(string style, Axis axis, double value) =>
        double.IsFinite(value)
            ? Html.Of($"""<line class="{style}" x1="{At(axis, value)}" x2="{At(axis, value)}" y1="0" y2="100%"/>""")
            : Html.Empty;

    private static Html Dot(ReportedPlace place, AttackerResult? attacker, Axis axis, int lane)
    {
        if (attacker?.Test.BalancedAccuracy is not { } measured || !double.IsFinite(measured.Value))
            return Html.Empty;
        var y = Margin + Lane * lane + Lane / 2.0;
        var chosen = place.Audit.Best == attacker.Identity ? " chosen" : "";
        return Html.Of(
            $"""
            <g class="{Style(place.Run)}{chosen}"><line class="interval" x1="{At(axis, measured.Low)}" x2="{At(
                axis,
                measured.High
            )}" y1="{y}" y2="{y}"/>
            <svg x="{At(axis, measured.Value)}" y="{y}">{Marker(place.Run)}</svg></g>
            """
        );
    }

    private static Html Scale(Axis axis) =>
        Html.Of(
            $"""
            <svg width="100%" height="20">{axis.Ticks.Select(
                (tick, i) =>
                    Html.Of(
                        $"""
                        <text x="{At(axis, tick)}" y="14"
                        text-anchor="{Anchor(i, axis)}">{Numbers.Short(tick * 100)}{(i == axis.Ticks.Count - 1 ? "\u00a0%" : "")}</text>
                        """
                    )
            )}</svg>
            """
        );

    private static string Anchor(int tick, Axis axis) =>
        tick == 0 ? "start"
        : tick == axis.Ticks.Count - 1 ? "end"
        : "middle";

    private static Html Key(IReadOnlyList<ReportedPlace> places) =>
        Html.Of(
            $"""
            <ul class="key">
            {places.Select(place =>
                Html.Of($"""<li>{Swatch(place.Run)} {place.Run.Label}{(place.Audit.Released ? "" : " (internal)")}</li>""")
            )}
            <li>filled: the attacker that counts, chosen on validation images</li>
            {FloorsOf(places).Select(line =>
                Html.Of(
                    $"""
                    <li><svg class="swatch" width="14" height="14" aria-hidden="true">
                    <line class="{line.Style}" x1="7" x2="7" y1="0" y2="14"/></svg> {line.Words}: {Numbers.Percent(line.Value)}</li>
                    """
                )
            )}
            <li><svg class="swatch" width="14" height="14" aria-hidden="true"><rect class="tolerated" width="14" height="14"/></svg>
            tolerated above {(
                places[^1].Run.HasTask ? "label-only" : "majority"
            )}: {Numbers.Points(places[^1].Run.Audit!.Settings.Tolerance)} points</li>
            </ul>
            """
        );

    // Floors that are the same in all runs are drawn once, in no run's colour.
    private static IEnumerable<(string Style, string Words, double Value)> FloorsOf(IReadOnlyList<ReportedPlace> places) =>
        from floor in places.SelectMany(place =>
            place.Floors.Select(floor => (place.Run, floor.Style, floor.Words, floor.Floor.BalancedAccuracy.Value))
        )
        group floor by floor.Style into same
        let agree = same.DistinctBy(floor => Numbers.Percent(floor.Value)).Count() == 1
        from floor in agree ? same.Take(1) : same
        select agree
            ? ($"floor {floor.Style}", floor.Words, floor.Value)
            : ($"floor {floor.Style} {Style(floor.Run)}", $"{floor.Words}, {floor.Run.Label}", floor.Value);

    private static string Description(IReadOnlyList<ReportedPlace> places) =>
        string.Join(
            " ",
            places.Select(place =>
            {
                var best = place.Audit.BestResult;
                var floors = string.Join(
                    "; ",
                    place.Floors.Select(floor => $"{Numbers.Percent(floor.Floor.BalancedAccuracy.Value)} {floor.Words}")
                );
                return $"{place.Run.Label}: of {place.Audit.Attackers.Count} attackers on {place.Audit.Attribute} at {place.Audit.Name} "
                    + $"the one that counts, {best.Name}, reaches a balanced accuracy of "
                    + $"{Numbers.Percent(best.Test.BalancedAccuracy.Value)} ({Numbers.PercentInterval(best.Test.BalancedAccuracy)}); "
                    + $"the floors are {floors}.";
            })
        );

    // A fifth run has the first one's colour, but another shape.
    private static Html Marker(ReportRun run) =>
        Html.Trusted(
            ((run.Index + run.Index / 4) % 4) switch
            {
                0 => """<circle r="4"/>""",
                1 => """<path d="M0 -5.5 L5.5 0 L0 5.5 L-5.5 0 Z"/>""",
                2 => """<rect x="-4" y="-4" width="8" height="8"/>""",
                _ => """<path d="M0 -5 L5 4 L-5 4 Z"/>""",
            }
        );

    /// <summary>The class that gives a run its colour.</summary>
    public static string Style(ReportRun run) => $"run-{run.Index % 4}";

    private static string At(Axis axis, double value) => Share(Math.Clamp(axis.Share(value), 0, 1));

    private static string Share(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
