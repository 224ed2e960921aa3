using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>The numbers that decide, one column a run.</summary>
internal static class ComparisonSection
{
    /// <summary>Fidelity, then for each attribute the worst released place, then the overall judgement.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs)
    {
        var attributes = runs.Where(run => run.Audit is not null).SelectMany(run => run.Attributes).Distinct().ToList();
        return Html.Of($"""
            <section aria-labelledby="numbers">
            <h2 id="numbers">{(runs.Count > 1 ? "Before and after, in numbers" : "In numbers")}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of the numbers that decide">
            <table class="comparison">
            <thead><tr><td></td>{runs.Select(run => Html.Of($"""<th scope="col">{AttackerPlot.Swatch(run)} {run.Label}</th>"""))}</tr></thead>
            <tbody>{Row("Fidelity", $"test images on which the model is right about {Sentences.Quoted(runs[^1].Task)}", runs, Fidelity)}</tbody>
            {attributes.Select(attribute => Group(attribute, runs))}
            <tbody>
            {Row("AUM", "harmonic mean of fidelity and of what the attacker gets wrong; 1 is best", runs, run => Html.Of($"<b>{Numbers.Plain(run.Audit?.Aum ?? double.NaN)}</b>"))}
            {Row("Verdict", "over every released place and attribute", runs, run => Badge.Of(run.Audit?.Verdict))}
            </tbody>
            </table>
            </div>
            <p class="note">Intervals are at the audit's confidence; those of the two leaks are widened for the number of places and attributes looked at, so that none leaks by chance alone.</p>
            </section>
            """);
    }

    private static Html Group(string attribute, IReadOnlyList<ReportRun> runs)
    {
        Html Row(string name, string hint, Func<RepresentationAudit, Html> cell)
            => ComparisonSection.Row(name, hint, runs, run => run.Worst(attribute) is { } worst ? cell(worst) : Html.Of($"{Numbers.Missing}"));
        return Html.Of($"""
            <tbody>
            <tr class="group"><th scope="rowgroup" colspan="{runs.Count + 1}">Reading {Sentences.Quoted(attribute)}</th></tr>
            {Row("Worst released place", "where it is read best", worst => Html.Of($"{worst.Name} {Badge.Of(worst.Verdict)}"))}
            {Row("Best attacker", "balanced accuracy on test; chosen on validation", worst => Html.Of($"{Cell.Percent(worst.BestResult.Test.BalancedAccuracy)}<small>{Attacker(worst.BestResult)}</small>"))}
            {Row("Label-only floor", "balanced accuracy of guessing from the task's true answer alone", worst => Cell.Percent(worst.Floors.Reference.BalancedAccuracy))}
            {Row("Leak given the task", "percentage points that the best attacker gains over that floor: the criterion", worst => Cell.Points(worst.Leak.GivenTask))}
            {Row("Leak beyond the prediction", "percentage points that an attacker without the true answer gains over the model's own answer", worst => Cell.Points(worst.Leak.BeyondPrediction))}
            </tbody>
            """);
    }

    private static Html Row(string name, string hint, IReadOnlyList<ReportRun> runs, Func<ReportRun, Html> cell)
        => Html.Of($"""<tr><th scope="row">{name}<small>{hint}</small></th>{runs.Select(run => Html.Of($"<td>{cell(run)}</td>"))}</tr>""");

    private static Html Fidelity(ReportRun run) => (run.Audit, run.Record.Result) switch
    {
        ({ Fidelity: { } fidelity }, _) => Html.Of($"{Cell.Percent(fidelity)}<small>{Numbers.Count(fidelity.N)} test images</small>"),
        (_, { } result) => Html.Of($"<b>{Numbers.Percent(result.Fidelity)}</b><small>on validation images; not audited</small>"),
        _ => Html.Of($"{Numbers.Missing}"),
    };

    private static string Attacker(AttackerResult attacker)
        => $"{attacker.Name}, knowing {Sentences.Knows(attacker.Knows)}, fitted on {Sentences.FittedOn(attacker.FittedOn)}";
}
