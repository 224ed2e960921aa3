using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>
/// What a code of each size costs and keeps, compared with the bare decision, which every code must justify itself against.
/// </summary>
internal static class CodeSizeSection
{
    private sealed record Release(string Name, double? Bits, Measured? Fidelity, Measured? Leak, Certificate? Bound, double? Kept);

    /// <summary>A row for each run that releases a code; empty if none does.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var coded = runs.Select(run =>
                (Run: run, Place: run.Released.Where(place => place.Kind == "discrete").MaxBy(place => place.Leak.GivenTask.Value))
            )
            .Where(entry => entry.Place is not null)
            .ToList();
        if (coded.Count == 0 || coded.Any(entry => entry.Run.Record.Config.IsOfVectors))
            return Html.Empty;
        var releases = coded.Select(entry => Coded(entry.Run, entry.Place!)).OrderBy(release => release.Bits).ToList();
        var curves = releases.Where(release => release.Bits is not null).ToList();
        return Html.Of(
            $"""
            <section aria-labelledby="sizes">
            <h2 id="sizes">How much a code may hold</h2>
            <p>A code of more bits can keep more, and can give more away; and of more symbols less can be certified from the same images.
            The bare decision forgets whatever the task does not tell, and keeps nothing else: a code is worth releasing for what it keeps
            beyond that.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of code sizes">
            <table class="comparison">
            <caption>Releases, from small to large</caption>
            <thead><tr><th scope="col">Release</th><th scope="col">Fidelity</th><th scope="col">Leak given the task, points<small>of the
            attacker that counts</small></th><th scope="col">Leak that any attacker is allowed, points<small>balanced accuracy, knowing the
            task</small></th><th scope="col">of it the price of many symbols</th><th scope="col">Kept: mean AUC of other attributes</th>
            </tr></thead>
            <tbody>{releases.Prepend(Bare(coded[^1].Run)).Select(Row)}</tbody>
            </table>
            </div>
            {(curves.Select(release => release.Bits).Distinct().Count() < 2 ? Html.Empty : Curves(curves))}
            </section>
            """
        );
    }

    private static Release Coded(ReportRun run, RepresentationAudit place)
    {
        // A bare decision is a code too, but has no bits to choose.
        var bits = run.Bits;
        return new Release(
            $"{run.Label}{(bits is { } size ? $", {size} bits" : "")}",
            bits,
            run.Audit!.Fidelity,
            place.Leak.GivenTask,
            Strictest(place),
            run.Audit.CollateralMean?.After
        );
    }

    // An attacker that knows the task learns from the decision only where it errs.
    private static Release Bare(ReportRun run)
    {
        var decision = run
            .Released.Where(place => place.Certificates.Any(bound => bound.Knows == "ŷ,y"))
            .MaxBy(place => Strictest(place)?.Leak);
        return new Release(
            "The bare decision",
            null,
            run.Audit!.Fidelity,
            null,
            decision is null ? null : Strictest(decision),
            run.Audit.CollateralMean?.PredictionOnly
        );
    }

    private static Certificate? Strictest(RepresentationAudit place) =>
        place.Certificates.LastOrDefault(bound => bound.Metric == Certificate.OfBalancedAccuracy);

    private static Html Row(Release release) =>
        Html.Of(
            $"""
            <tr><th scope="row">{release.Name}</th><td>{(release.Fidelity is { } fidelity ? Cell.Percent(fidelity) : Missing)}</td><td>{(
                release.Leak is { } leak ? Cell.Points(leak) : Html.Of($"0.0<small>by definition</small>")
            )}</td><td>{(release.Bound is { } bound ? Html.Of($"<b>{Numbers.Points(bound.Leak)}</b>") : Missing)}</td><td>{(
                release.Bound is { } price ? Html.Of($"{Numbers.Points(price.Bias)}") : Missing
            )}</td><td><b>{Numbers.Plain(release.Kept ?? double.NaN)}</b></td></tr>
            """
        );

    private static Html Missing => Html.Of($"{Numbers.Missing}");

    private static Html Curves(List<Release> releases)
    {
        Line Over(string name, Func<Release, double?> value) =>
            new(name, [.. releases.Select(release => (release.Bits!.Value, value(release) ?? double.NaN))]);
        return Html.Of(
            $"""
            <div class="charts">
            {LineChart.Draw(
                "Fidelity",
                [Over("test images", release => release.Fidelity?.Value)],
                "",
                Numbers.Percent,
                fromZero: false,
                over: "bits"
            )}
            {LineChart.Draw(
                "Leak, in percentage points",
                [
                    Over("attacker that counts", release => release.Leak?.Value),
                    Over("allowed to any attacker", release => release.Bound?.Leak),
                    Over("of it the price of many symbols", release => release.Bound?.Bias),
                ],
                "",
                Numbers.Points,
                fromZero: true,
                over: "bits"
            )}
            {LineChart.Draw(
                "Kept: mean AUC",
                [Over("other attributes", release => release.Kept)],
                "",
                Numbers.Plain,
                fromZero: false,
                over: "bits"
            )}
            </div>
            """
        );
    }
}
