using Efface.Auditing;
using Efface.Records;

namespace Efface.Reporting.Page;

/// <summary>The top of the page: the question, the answer in one sentence, and the reasons.</summary>
internal static class VerdictSection
{
    /// <summary>The answer for the last run.</summary>
    public static Html Write(ReportRun run, string title, DateTimeOffset now)
    {
        var style = run.Audit?.Verdict switch
        {
            null => "none",
            Verdict.Leaks => "bad",
            Verdict.Inconclusive => "open",
            _ => "good",
        };
        return Html.Of(
            $"""
            <header>
            <p class="eyebrow">Efface: audit of a model</p>
            <h1>{title}</h1>
            <p class="note">Data set {run.Record.Data.Name}, {Numbers.Count(
                run.Record.Data.Counts.Values.Sum()
            )} images. Written {Numbers.Moment(now)} by Efface {run.Version}.</p>
            </header>
            <section class="verdict {style}" aria-label="Verdict">
            <p>{Badge.Of(run.Audit?.Verdict)}</p>
            <p class="sentence">{Divergence.Opening(run.Record)}{Sentences.Verdict(run)}</p>
            {Reasons(run)}
            {Sentences.Caveats(run).Select(caveat => Html.Of($"""<p class="caveat"><b>Note.</b> {caveat}</p>"""))}
            </section>
            """
        );
    }

    private static Html Reasons(ReportRun run) =>
        run.Audit switch
        {
            null => Html.Of($"<p>An audit trains fresh attackers and measures what they read.</p>"),
            { Attributes.Count: > 1 } audit => Html.Of(
                $"""<ul class="verdicts" aria-label="Verdict for each attribute">{audit.Attributes.Select(Each)}</ul>"""
            ),
            var audit => Html.Of(
                $"""<ul aria-label="Reasons">{audit.Reasons.Except(audit.Warnings).Select(reason => Html.Of($"<li>{reason}</li>"))}</ul>"""
            ),
        };

    private static Html Each(AttributeVerdict each) =>
        Html.Of($"<li>{Badge.Of(each.Verdict)} <b>{each.Attribute}</b> at {each.Name}: {string.Join("; ", each.Reasons)}</li>");
}
