using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>The decisive numbers, one column per run.</summary>
internal static class ComparisonSection
{
    /// <summary>Fidelity, then for each attribute the worst released place, then the overall judgement.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var attributes = runs.Where(run => run.Audit is not null).SelectMany(run => run.Attributes).Distinct().ToList();
        var terms = Terms.Of(runs);
        return Html.Of(
            $"""
            <section aria-labelledby="numbers">
            <h2 id="numbers">{(runs.Count > 1 ? "Before and after, in numbers" : "In numbers")}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of the numbers that decide">
            <table class="comparison">
            <caption>Measured on test images, with intervals</caption>
            <thead><tr><td></td>{runs.Select(run =>
                Html.Of($"""<th scope="col">{AttackerPlot.Swatch(run)} {run.Label}</th>""")
            )}</tr></thead>
            {(
                terms.HasTask
                    ? Html.Of(
                        $"<tbody>{Row("Fidelity", Right(runs[^1].Task), runs, Fidelity)}</tbody>"
                    )
                    : Html.Empty
            )}
            {attributes.Select(attribute => Group(attribute, runs, terms))}
            <tbody>
            {(
                terms.HasTask
                    ? Row("AUM", "harmonic mean of fidelity and of what the attacker gets wrong; 1 is best", runs, run =>
                        Html.Of($"<b>{Numbers.Plain(run.Audit?.Aum ?? double.NaN)}</b>")
                    )
                    : Html.Empty
            )}
            {Row("Verdict", "over every released place and attribute", runs, run => Badge.Of(run.Audit?.Verdict))}
            </tbody>
            </table>
            </div>
            <p class="note">Intervals are at the audit's confidence; those of leaks are widened for the number of places and attributes
            looked at, so that none leaks by chance alone.</p>
            </section>
            """
        );
    }

    private static Html Group(string attribute, IReadOnlyList<ReportRun> runs, Terms terms)
    {
        // Even if no run of the report is the model before, the audit may have read it.
        var before = runs.All(run => !run.IsBefore) && runs.Any(run => run.Worst(attribute)?.Before is not null);
        return Html.Of(
            $"""
            <tbody>
            <tr class="group"><th scope="rowgroup" colspan="{runs.Count + 1}">Reading {Sentences.Quoted(attribute)}</th></tr>
            {Row("Worst released place", "where it is read best", worst => Html.Of($"{worst.Name} {Badge.Of(worst.Verdict)}"))}
            {Row("Best attacker", "balanced accuracy on test; chosen on validation", worst =>
                Html.Of($"{Cell.Percent(worst.BestResult.Test.BalancedAccuracy)}<small>{Attacker(worst.BestResult)}</small>")
            )}
            {(
                before
                    ? Row("Before unlearning", "balanced accuracy of the same attackers on the model that it came from", worst =>
                        worst.Before is { } reading
                            ? Html.Of(
                                $"""
                                {Cell.Percent(reading.BalancedAccuracy)}<small>leak {Numbers.Points(reading.Leak.GivenTask.Value)} points,
                                at {reading.Name}</small>
                                """
                            )
                            : Html.Of($"{Numbers.Missing}")
                    )
                    : Html.Empty
            )}
            {Row(terms.Floor, terms.FloorHint, worst => Cell.Percent(worst.Floors.Reference.BalancedAccuracy))}
            {Row(terms.Leak, "percentage points that the best attacker gains over that floor: the criterion", worst =>
                Cell.Points(worst.Leak.GivenTask)
            )}
            {(
                terms.HasTask
                    ? Row(
                        "Leak beyond the prediction",
                        "percentage points that an attacker without the true answer gains over the model's own answer",
                        worst => Cell.Points(worst.Leak.BeyondPrediction)
                    )
                    : Html.Empty
            )}
            </tbody>
            """
        );

        Html Row(string name, string hint, Func<RepresentationAudit, Html> cell) =>
            ComparisonSection.Row(name, hint, runs, run => run.Worst(attribute) is { } worst ? cell(worst) : Html.Of($"{Numbers.Missing}"));
    }

    private static string Right(string task) => $"test images on which the model is right about {Sentences.Quoted(task)}";

    private static Html Row(string name, string hint, IReadOnlyList<ReportRun> runs, Func<ReportRun, Html> cell) =>
        Html.Of($"""<tr><th scope="row">{name}<small>{hint}</small></th>{runs.Select(run => Html.Of($"<td>{cell(run)}</td>"))}</tr>""");

    private static Html Fidelity(ReportRun run) =>
        (run.Audit, run.Record.Result) switch
        {
            ({ Fidelity: { } fidelity }, _) => Html.Of($"{Cell.Percent(fidelity)}<small>{Numbers.Count(fidelity.N)} test images</small>"),
            (_, { } result) => Html.Of($"<b>{Numbers.Percent(result.Fidelity)}</b><small>on validation images; not audited</small>"),
            _ => Html.Of($"{Numbers.Missing}"),
        };

    private static string Attacker(AttackerResult attacker) =>
        $"{attacker.Name}, knowing {Sentences.Knows(attacker.Knows)}, fitted on {Sentences.FittedOn(attacker.FittedOn)}";
}
