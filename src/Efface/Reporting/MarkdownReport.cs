using Efface.Auditing;
using Efface.Records;
using Efface.Reporting.Page;

namespace Efface.Reporting;

/// <summary>Runs and their audits as a summary for a pull request, in GitHub-flavoured Markdown without links.</summary>
public static class MarkdownReport
{
    private const int Worst = 5,
        Least = 5;

    /// <summary>The summary.</summary>
    /// <param name="runs">In order, usually the model before unlearning and the model after; the last one's verdict comes first.</param>
    /// <param name="now">Printed as the time of writing.</param>
    /// <exception cref="ArgumentException">There is no run.</exception>
    /// <exception cref="InvalidInputException">A file of a run cannot be read.</exception>
    public static string Render(IReadOnlyList<RunFolder> runs, DateTimeOffset now)
    {
        if (runs.Count == 0)
            throw new ArgumentException("A report needs at least one run.", nameof(runs));
        var read = ReportRun.Of(runs);
        var last = read[^1];
        IEnumerable<string> parts =
        [
            $"## {Sign(last.Audit?.Verdict)}: {Markdown.Text(Sentences.Title(last))}",
            Markdown.Text(Divergence.Opening(last.Record) + Sentences.Verdict(last)),
            Reasons(last),
            .. Sentences.Caveats(last).Select(caveat => $"> **Note.** {Markdown.Text(caveat)}"),
            Comparison(read),
            WorstPlaces(last),
            Kept(last),
            Markdown.Text(Basis(last, now)),
        ];
        return string.Join("\n\n", parts.Where(part => part.Length > 0)) + "\n";
    }

    private static string Sign(Verdict? verdict) =>
        verdict switch
        {
            Verdict.Certified => "✅ Certified",
            Verdict.Forgotten => "✅ Forgotten",
            Verdict.Inconclusive => "❔ Inconclusive",
            Verdict.Leaks => "❌ Leaks",
            _ => "Not audited",
        };

    private static string Reasons(ReportRun run) =>
        string.Join(
            '\n',
            (run.Audit?.Attributes ?? []).Select(each =>
                $"- {Sign(each.Verdict)}, {Markdown.Name(each.Attribute)} at {Markdown.Name(each.Name)}: "
                + $"{string.Join("; ", each.Reasons.Select(Markdown.Text))}"
            )
        );

    private static string Comparison(IReadOnlyList<ReportRun> runs)
    {
        var terms = Terms.Of(runs);
        var rows = new List<string[]> { Row("Verdict", run => Sign(run.Audit?.Verdict)) };
        if (terms.HasTask)
            rows.Add(Row("Fidelity", run => Percent(run.Audit?.Fidelity)));
        foreach (var attribute in runs.Where(run => run.Audit is not null).SelectMany(run => run.Attributes).Distinct())
        {
            string Place(ReportRun run, Func<RepresentationAudit, string> cell) =>
                run.Worst(attribute) is { } worst ? cell(worst) : Numbers.Missing;
            var name = Markdown.Name(attribute);
            rows.Add(Row($"{name}: worst released place", run => Place(run, worst => Markdown.Name(worst.Name))));
            rows.Add(
                Row($"{name}: best attacker, balanced accuracy", run =>
                    Place(run, worst => Percent(worst.BestResult.Test.BalancedAccuracy))
                )
            );
            rows.Add(Row($"{name}: {Lower(terms.Floor)}", run => Place(run, worst => Percent(worst.Floors.Reference.BalancedAccuracy))));
            rows.Add(Row($"{name}: {Lower(terms.Leak)}, points", run => Place(run, worst => Points(worst.Leak.GivenTask))));
        }
        if (runs.Any(run => run.Audit?.CollateralMean is not null))
            rows.Add(Row("Kept: mean AUC of other attributes", run => Numbers.Plain(run.Audit?.CollateralMean?.After ?? double.NaN)));
        foreach (var rate in runs[^1].Audit?.Verification?.Rates ?? [])
            rows.Add(
                Row($"People verified at {Numbers.ShortPercent(rate.FalseAccept)} false accepts", run =>
                    Percent(run.Audit?.Verification?.Rates.FirstOrDefault(other => other.FalseAccept == rate.FalseAccept)?.TrueAccept)
                )
            );
        return Markdown.Table(["", .. runs.Select(run => Markdown.Text(run.Label))], rows);

        string[] Row(string title, Func<ReportRun, string> cell) => [title, .. runs.Select(cell)];
    }

    private static string WorstPlaces(ReportRun run)
    {
        var places = run.Released.OrderByDescending(place => (place.Verdict, place.Leak.GivenTask.Value)).Take(Worst).ToList();
        return places.Count == 0
            ? ""
            : "### Where most is read\n\n"
                + Markdown.Table(
                    ["Attribute", "Place", "Verdict", $"{new Terms(run.HasTask).Leak}, points", "Attacker"],
                    places.Select(place =>
                        new[]
                        {
                            Markdown.Name(place.Attribute),
                            Markdown.Name(place.Name),
                            Sign(place.Verdict),
                            Points(place.Leak.GivenTask),
                            Markdown.Name(place.Best.Name),
                        }
                    )
                );
    }

    private static string Kept(ReportRun run)
    {
        if (run.Audit is not { CollateralMean: { } mean } audit)
            return "";
        var least = audit.Collateral.OrderBy(result => result.After.Value).Take(Least);
        return "### What was kept\n\n"
            + Markdown.Table(
                ["AUC", "Before", "After", "Bare decision"],
                [
                    ["**Mean**", Plain(mean.Before), Plain(mean.After), Plain(mean.PredictionOnly)],
                    .. least.Select(result =>
                        new[] { Markdown.Name(result.Attribute), Auc(result.Before), Auc(result.After), Auc(result.PredictionOnly) }
                    ),
                ]
            )
            + (audit.Collateral.Count > Least ? $"\n\nThe {Least} that are read least, of {audit.Collateral.Count}." : "");
    }

    private static string Basis(ReportRun run, DateTimeOffset now)
    {
        var settings = run.Audit is { } audit
            ? $" Tolerance {Numbers.Points(audit.Settings.Tolerance)} points, {Numbers.ShortPercent(audit.Settings.Confidence)} "
                + $"intervals, {Numbers.Count(audit.Worst.Leak.GivenTask.N)} test images."
            : "";
        return $"Data set {run.Record.Data.Name}.{settings} Written {Numbers.Moment(now)} by Efface {run.Version}.";
    }

    private static string Lower(string words) => words.ToLowerInvariant();

    private static string Percent(Measured? share) =>
        share is null ? Numbers.Missing : Interval(Numbers.Percent(share.Value), Numbers.PercentInterval(share));

    private static string Points(Measured difference) => Interval(Numbers.Points(difference.Value), Numbers.PointsInterval(difference));

    private static string Auc(Measured? auc) =>
        auc is null ? Numbers.Missing : Interval(Numbers.Plain(auc.Value), Numbers.PlainInterval(auc));

    private static string Plain(double? value) => Numbers.Plain(value ?? double.NaN);

    private static string Interval(string value, string interval) => interval.Length == 0 ? value : $"{value} ({interval})";
}
