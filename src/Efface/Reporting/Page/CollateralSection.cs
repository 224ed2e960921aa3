using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>The attributes that should stay, and whether they are still there.</summary>
internal static class CollateralSection
{
    private sealed record Source(Html Title, Func<string, Measured?> Of, double? Mean, double? Within, Measured? Error);

    /// <summary>Each attribute's AUC before, after and from the bare decision; empty if no run measured it.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var measured = runs.Where(run => run.Audit?.Collateral.Count > 0).ToList();
        if (measured.Count == 0)
            return Html.Empty;
        var sources = Sources(measured);
        var attributes = measured.SelectMany(run => run.Audit!.Collateral).Select(result => result.Attribute).Distinct();
        var terms = Terms.Of(measured);
        return Html.Of(
            $"""
            <section aria-labelledby="collateral">
            <h2 id="collateral">What was kept</h2>
            <p>Forgetting is easy for whoever forgets everything. These are attributes that were not to be forgotten, and how well they are
            still read from the first place that is released: the area under the ROC curve (AUC), 0.5 being chance and 1 perfect. Here more
            is better.
            {(
                terms.HasTask
                    ? Html.Of(
                        $"""
                        Releasing the bare decision on {Sentences.Quoted(measured[^1].Task)} forgets everything and costs nothing: it is
                        what to beat.
                        """
                    )
                    : Html.Empty
            )}</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of what was kept">
            <table class="comparison">
            <caption>AUC on test images, with its interval</caption>
            <thead><tr><th scope="col">Attribute</th>{sources.Select(source =>
                Html.Of($"""<th scope="col">{source.Title}</th>""")
            )}</tr></thead>
            <tbody>{attributes.Select(attribute => Row(attribute, sources))}</tbody>
            <tbody class="total"><tr><th scope="row">Mean<small>over those that could be measured</small></th>{sources.Select(source =>
                Html.Of($"<td><b>{Numbers.Plain(source.Mean ?? double.NaN)}</b></td>")
            )}</tr>{Within(sources)}{Errors(sources)}</tbody>
            </table>
            </div>
            {TradeOff(measured)}
            </section>
            """
        );
    }

    // The two sides of the trade-off in every way to forget, in one picture.
    private static Html TradeOff(List<ReportRun> runs)
    {
        var last = runs[^1].Audit!;
        var dots = runs.Select(run =>
                Dot(run.Label, run.Audit!.Worst.Leak.GivenTask.Value, run.Audit.CollateralMean?.After, "run-" + run.Index % 4)
            )
            .ToList();
        if (last.Worst.Floors is { PredictionOnly: { } decision, Reference: var floor })
            dots.Add(
                Dot(
                    "Bare decision",
                    decision.BalancedAccuracy.Value - floor.BalancedAccuracy.Value,
                    last.CollateralMean?.PredictionOnly,
                    "decision"
                )
            );
        return dots.Count < 2
            ? Html.Empty
            : ScatterChart.Draw(
                "What was kept over what still leaks (shaded: tolerated); best is top left",
                "leak at the worst released place, points",
                "mean AUC of what was to stay",
                dots,
                named: true,
                100 * last.Settings.Tolerance
            );

        static Dot Dot(string name, double leak, double? kept, string style) =>
            new(name, 100 * leak, kept ?? double.NaN, $"{style} chosen");
    }

    private static List<Source> Sources(IReadOnlyList<ReportRun> runs)
    {
        var sources = new List<Source>();
        // If the model before is a run of this report, it has its own column.
        if (
            runs.All(run => !run.IsBefore)
            && runs.FirstOrDefault(run => run.Audit!.Collateral.Any(result => result.Before is not null)) is { } first
        )
            sources.Add(
                new Source(
                    Html.Of($"Before"),
                    attribute => Find(first, attribute)?.Before,
                    first.Audit!.CollateralMean?.Before,
                    first.Audit.CollateralMean?.WithinBefore,
                    first.Audit.ReconstructionBefore?.Error
                )
            );
        foreach (var run in runs)
            sources.Add(
                new Source(
                    Html.Of($"{AttackerPlot.Swatch(run)} {run.Label}"),
                    attribute => Find(run, attribute)?.After,
                    run.Audit!.CollateralMean?.After,
                    run.Audit.CollateralMean?.Within,
                    run.Audit.Reconstruction?.Error
                )
            );
        if (runs[^1].HasTask)
            sources.Add(
                new Source(
                    Html.Of($"Bare decision<small>prediction only: what to beat</small>"),
                    attribute => Find(runs[^1], attribute)?.PredictionOnly,
                    runs[^1].Audit!.CollateralMean?.PredictionOnly,
                    null,
                    null
                )
            );
        return sources;
    }

    private static Html Within(List<Source> sources) =>
        sources.All(source => source.Within is null)
            ? Html.Empty
            : Html.Of(
                $"""
                <tr><th scope="row">… within each class to forget<small>what goes with it cannot stay</small></th>{sources.Select(source =>
                    Html.Of($"<td>{Numbers.Plain(source.Within ?? double.NaN)}</td>")
                )}</tr>
                """
            );

    private static Html Errors(List<Source> sources) =>
        sources.All(source => source.Error is null)
            ? Html.Empty
            : Html.Of(
                $"""
                <tr><th scope="row">Error of drawings<small>of test images, in nats a pixel; less is more kept</small></th>{sources.Select(
                    source => Html.Of($"<td>{Value(source.Error)}</td>")
                )}</tr>
                """
            );

    private static Html Value(Measured? measured) => measured is null ? Html.Of($"{Numbers.Missing}") : Cell.Plain(measured);

    private static CollateralResult? Find(ReportRun run, string attribute) =>
        run.Audit!.Collateral.FirstOrDefault(result => result.Attribute == attribute);

    private static Html Row(string attribute, List<Source> sources) =>
        Html.Of(
            $"""<tr><th scope="row">{attribute}</th>{sources.Select(source => Html.Of($"<td>{Value(source.Of(attribute))}</td>"))}</tr>"""
        );
}
