using Efface.Reporting.Page;
using Efface.Runs.Experiments;

namespace Efface.Runs.Sweeps;

/// <summary>A sweep as one HTML page: the knee, Pareto fronts, heat maps, every point.</summary>
internal static class SweepPage
{
    private const int HeatSteps = 5;
    private const string Others = "run-0",
        OnFront = "run-1",
        Chosen = "run-1 chosen",
        Origin = "run-2";

    private sealed record Measure(string Name, Func<MethodRow, double?> Value, Func<double, string> Print);

    private static readonly Measure Fidelity = new("Fidelity", row => row.Fidelity.Value, Numbers.Percent),
        Leak = new("Leak, points", row => 100 * row.Leak.Value, Numbers.Short),
        Allowed = new("Any attacker, points", row => 100 * row.Certified, Numbers.Short),
        Kept = new("Kept, mean AUC", row => row.Kept, Numbers.Plain),
        Aum = new("AUM", row => row.Aum, Numbers.Plain);

    /// <summary>The whole document.</summary>
    public static string Write(SweepResult result, string caption) =>
        Skeleton.Write(
            "Sweep",
            Html.Of(
                $"""
                <p class="eyebrow">Efface sweep</p>
                <h1>{string.Join(" × ", result.Axes.Select(axis => axis.Name))}</h1>
                <p>{caption}</p>
                <div class="verdict none"><p class="sentence">The knee: <b>{result.Knee.Row.Method}</b>, with a fidelity of
                {Numbers.Percent(
                    result.Knee.Row.Fidelity.Value
                )} and a leak of {Numbers.Points(result.Knee.Row.Leak.Value)} points{(
                    result.Knee.Row.Kept is { } kept ? $", keeping {Numbers.Plain(kept)} of mean AUC" : ""
                )}.</p>
                <p class="caveat">Of the {result.Front.Count} points that no other beats in everything it is the one nearest to the best of
                each good, counted from the worst to the best among them. These are numbers on test images: a point that was chosen by them
                looks better than it is, so confirm it with another seed or other images.</p></div>
                <section aria-labelledby="front"><h2 id="front">What must be given up for what</h2>
                <p>Filled: the knee; its colour: points on the front; the third colour: the model before, also where a point cuts it before
                its embedding.</p>
                <div class="charts">{Charts(result)}</div></section>
                {Maps(result)}
                {Table(result)}
                """
            )
        );

    private static IEnumerable<Html> Charts(SweepResult result)
    {
        foreach (var (across, up) in new[] { (Fidelity, Leak), (Fidelity, Kept), (Leak, Kept), (Fidelity, Allowed) })
            if (result.Points.All(point => across.Value(point.Row) is not null && up.Value(point.Row) is not null))
                yield return ScatterChart.Draw(
                    $"{up.Name} over {Inside(across)}",
                    Inside(across),
                    Inside(up),
                    [
                        .. Before(result, across, up),
                        .. result.Points.Select(point => new Dot(
                            point.Row.Method,
                            across.Value(point.Row)!.Value,
                            up.Value(point.Row)!.Value,
                            point == result.Knee ? Chosen
                                : result.Front.Contains(point) ? OnFront
                                : Others
                        )),
                    ]
                );
    }

    // A name within a sentence: AUC keeps its capitals.
    private static string Inside(Measure measure) => char.ToLowerInvariant(measure.Name[0]) + measure.Name[1..];

    private static IEnumerable<Dot> Before(SweepResult result, Measure across, Measure up) =>
        from row in result.OfBefore
        where across.Value(row) is not null && up.Value(row) is not null
        select new Dot(row.Method, across.Value(row)!.Value, up.Value(row)!.Value, Origin);

    // One per pair of axes with several values; the others are averaged.
    private static Html Maps(SweepResult result)
    {
        var axes = result.Axes.Index().Where(entry => entry.Item.Values.Count > 1).ToList();
        var pairs = axes.SelectMany((down, i) => axes.Skip(i + 1).Select(across => (Down: down, Across: across))).ToList();
        return pairs.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="maps"><h2 id="maps">Over two options</h2>
                <p>Means over everything else that was swept; the darker, the larger.</p>
                {pairs.SelectMany(pair =>
                    new[] { Aum, Fidelity, Leak, Kept, Allowed }.Where(measure =>
                        result.Points.All(point => measure.Value(point.Row) is not null)
                    ).Select(measure => Map(result, measure, pair.Down, pair.Across))
                )}
                </section>
                """
            );
    }

    private static Html Map(SweepResult result, Measure measure, (int Index, SweepAxis Item) down, (int Index, SweepAxis Item) across)
    {
        double[][] values =
        [
            .. down.Item.Values.Select(row =>
                across
                    .Item.Values.Select(column =>
                        result
                            .Points.Where(point => point.Values[down.Index] == row && point.Values[across.Index] == column)
                            .Average(point => measure.Value(point.Row)!.Value)
                    )
                    .ToArray()
            ),
        ];
        var (low, high) = (values.SelectMany(row => row).Min(), values.SelectMany(row => row).Max());
        int Step(double value) => high > low ? (int)Math.Round((value - low) / (high - low) * HeatSteps) : 0;
        return Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="{measure.Name} over {down.Item.Name} and {across.Item.Name}">
            <table class="heat"><caption>{measure.Name}: {down.Item.Name} down, {across.Item.Name} across</caption>
            <thead><tr><td></td>{across.Item.Values.Select(value => Html.Of($"""<th scope="col">{value}</th>"""))}</tr></thead>
            <tbody>{values.Select(
                (row, i) =>
                    Html.Of(
                        $"""
                        <tr><th scope="row">{down.Item.Values[i]}</th>
                        {row.Select(value => Html.Of($"""<td class="heat-{Step(value)}">{measure.Print(value)}</td>"""))}</tr>
                        """
                    )
            )}</tbody></table></div>
            """
        );
    }

    private static Html Table(SweepResult result) =>
        Html.Of(
            $"""
            <section aria-labelledby="points"><h2 id="points">Every point</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Every point">
            <table><caption>Means over seeds, with the widest interval of a seed</caption>
            <thead><tr><th scope="col">Point</th><th scope="col">Place</th><th scope="col">Fidelity</th><th scope="col">Leak, points</th>
            <th scope="col">Any attacker, points</th><th scope="col">Kept, mean AUC</th><th scope="col">AUM</th><th scope="col">Verdict</th>
            <th scope="col">s</th></tr></thead>
            <tbody>{result.OfBefore.Select(before => Row(before, ""))}{result.Points.Select(point =>
                Row(
                    point.Row,
                    point == result.Knee ? "knee"
                        : result.Front.Contains(point) ? "front"
                        : ""
                )
            )}</tbody>
            </table></div></section>
            """
        );

    private static Html Row(MethodRow row, string mark) =>
        Html.Of(
            $"""
            <tr{(mark == "knee" ? Html.Of($""" class="chosen" """) : Html.Empty)}><th scope="row">{row.Method}{(
                mark.Length == 0 ? Html.Empty : Html.Of($"<small>{mark}</small>")
            )}</th><td>{row.Place ?? Numbers.Missing}</td><td>{Cell.Percent(row.Fidelity)}</td><td>{Cell.Points(
                row.Leak
            )}</td><td>{Optional(100 * row.Certified, Numbers.Short)}</td><td>{Optional(row.Kept, Numbers.Plain)}</td><td>{Numbers.Plain(
                row.Aum
            )}</td><td>{Badge.Of(row.Verdict)}</td><td>{Numbers.Count(row.Seconds)}</td></tr>
            """
        );

    private static string Optional(double? value, Func<double, string> print) => value is { } given ? print(given) : Numbers.Missing;
}
