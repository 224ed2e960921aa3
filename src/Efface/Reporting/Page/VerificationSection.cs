using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Whether people are still recognised.</summary>
internal static class VerificationSection
{
    /// <summary>True accepts at each false-accept rate, before and after; empty if no column says who it is.</summary>
    public static Html Write(ReportRun run) =>
        run.Audit?.Verification is not { } result
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="verification">
                <h2 id="verification">Are people still recognised?</h2>
                <p>Two rows are accepted as one person if they are alike enough: the cosine of their differences from the mean training row
                is above a threshold. It is set so that only one in 1,000, or one in 100, pairs of different people is accepted; the
                table gives the share of pairs of one person that still are. Compared were test rows of
                {Numbers.Count(result.People)} people, by column {Sentences.Quoted(result.Column)}; {Numbers.Count(result.OtherPairs)} pairs
                are of different people.</p>
                {(result.Rates.Count == 0 ? Html.Of($"<p>These are too few pairs to measure it.</p>") : Table(result))}
                </section>
                """
            );

    private static Html Table(VerificationResult result) =>
        Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Table of verification">
            <table class="comparison">
            <caption>Pairs of one person that are accepted, with the interval</caption>
            <thead><tr><th scope="col">Accepted pairs of different people</th>{(
                result.Before.Count > 0 ? Html.Of($"""<th scope="col">Before</th>""") : Html.Empty
            )}<th scope="col">As released</th></tr></thead>
            <tbody>{result.Rates.Select(rate => Row(rate, result.Before))}</tbody>
            </table>
            </div>
            """
        );

    private static Html Row(VerificationRate rate, IReadOnlyList<VerificationRate> before) =>
        Html.Of(
            $"""
            <tr><th scope="row">1 in {Numbers.Count((int)Math.Round(1 / rate.FalseAccept))}</th>{(
                before.FirstOrDefault(other => other.FalseAccept == rate.FalseAccept) is { } earlier
                    ? Html.Of($"<td>{Cell.Percent(earlier.TrueAccept)}</td>")
                    : Html.Empty
            )}<td>{Cell.Percent(rate.TrueAccept)}</td></tr>
            """
        );
}
