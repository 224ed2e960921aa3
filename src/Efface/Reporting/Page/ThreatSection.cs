using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Which attackers the verdict covers, which it does not; and what the task reveals whatever is forgotten.</summary>
internal static class ThreatSection
{
    /// <summary>The threat model of the last run; empty if it is not audited.</summary>
    public static Html Write(ReportRun run) =>
        run.Audit is null
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="covers">
                <h2 id="covers">What this covers, and what it does not</h2>
                <div class="pair">
                <div><h3>Covered</h3><ul>{Covered(run).Select(Item)}</ul></div>
                <div><h3>Not covered</h3><ul>{Uncovered(run).Select(Item)}</ul></div>
                </div>
                {(run.HasTask ? Through(run) : Html.Empty)}
                </section>
                """
            );

    private static Html Item((string Who, string Why) item) => Html.Of($"<li><b>{item.Who}</b> {item.Why}</li>");

    private static IEnumerable<(string Who, string Why)> Covered(ReportRun run)
    {
        var released = run.Released.Select(place => place.Name).Distinct().ToList();
        var attackers = run.Released.SelectMany(place => place.Attackers).Select(attacker => attacker.Name).Distinct();
        yield return (
            $"Whoever receives the representation ({string.Join(", ", released)}),",
            "because it is stored, sent or stolen, and has labelled images to train attackers of their own."
        );
        if (run.HasTask)
            yield return (
                "Whoever also knows the task's true answer",
                "and how the model was made: attackers here were told the answer, and learnt from the model's own training images as "
                    + "well as from images it never saw."
            );
        yield return run.Audit!.Verdict == Verdict.Certified
            ? ("Any attacker,", "however strong: this is a bound, not a trial.")
            : (
                "Attackers such as those that were sent:",
                $"{string.Join(", ", attackers)}. A stronger kind could read more than they do; only a certificate would rule that out."
            );
    }

    private static IEnumerable<(string Who, string Why)> Uncovered(ReportRun run)
    {
        yield return (
            "Whoever holds the picture, or the extractor and a picture.",
            $"{Sentences.Enumerated(run.SingleAttributes, "and")} can be read from the picture itself."
        );
        yield return (
            "Side information:",
            "a name, a time, a place or other data about the same person may tell, together with the representation, more than either "
                + "does alone."
        );
        yield return (
            "Several releases of one person:",
            !run.IsErased && run.Audits.Any(IsMean)
                ? "several pictures, or several models, can be put together. Several draws of one picture, which this extractor gives "
                    + "differently each time, were averaged and attacked; their mean is among the places below."
                : "several pictures, several models or, where an extractor draws at random, several draws of one picture can be put "
                    + "together."
        );
        if (run.Released.Any(place => place.IsRounded == false))
            yield return (
                "The last digits of the numbers.",
                "Attackers read vectors as 32-bit numbers and see nothing that only their last digits hold. These vectors were not "
                    + "rounded: release them rounded to 16 bits, and audit those."
            );
        if (run.IsErased && run.Audits.Any(IsMean))
            yield return (
                "The same rows from several erasers.",
                "The noise of a row is drawn once, so whoever asks again gets the same answer. Whoever has the same rows from eight "
                    + "erasers can average the noise away: the place (mean of 8) below shows what could then be read. It does not count. "
                    + "Use one eraser, and keep it secret."
            );
        else if (run.Audits.Where(place => !place.Released).Select(place => place.Name).Distinct().ToList() is { Count: > 0 } inside)
            yield return (
                $"What stays inside the model ({string.Join(", ", inside)}).",
                "It is shown below and does not count; whoever releases it releases what it holds."
            );
        yield return ("Images unlike those tested,", "from other cameras, people or times.");
    }

    private static bool IsMean(Auditing.RepresentationAudit place) => place.Name.Contains(" (mean of ", StringComparison.Ordinal);

    private static Html Through(ReportRun run) =>
        Html.Of(
            $"""
            <h3>What the task gives away whatever is forgotten</h3>
            <p>The representation keeps {Sentences.Quoted(run.Task)}, and whoever knows that can guess from it. No unlearning that keeps the
            task takes this away; what is measured is what comes on top.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="What the task gives away">
            <table>
            <caption>Balanced accuracy of guessing, on test images</caption>
            <thead><tr><th scope="col">Attribute</th><th scope="col">Knowing nothing</th><th scope="col">Knowing only {Sentences.Quoted(
                run.Task
            )}</th><th scope="col">Readable through the task, points</th></tr></thead>
            <tbody>{run.Attributes.Select(run.Worst).OfType<RepresentationAudit>().Where(place =>
                place.Floors.LabelOnly is not null
            ).Select(ThroughRow)}</tbody>
            </table>
            </div>
            """
        );

    private static Html ThroughRow(RepresentationAudit place)
    {
        var (majority, labelOnly) = (place.Floors.Majority.BalancedAccuracy, place.Floors.LabelOnly!.BalancedAccuracy);
        return Html.Of(
            $"""
            <tr><th scope="row">{place.Attribute}</th><td>{Cell.Percent(majority)}</td><td>{Cell.Percent(labelOnly)}</td>
            <td><b>{Numbers.Points(labelOnly.Value - majority.Value)}</b></td></tr>
            """
        );
    }
}
