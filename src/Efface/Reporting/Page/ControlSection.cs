using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Whether the audit itself can be trusted.</summary>
internal static class ControlSection
{
    /// <summary>The checks of the last run; empty if it is not audited.</summary>
    public static Html Write(ReportRun run) =>
        run.Audit is not { } audit
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="checks">
                <h2 id="checks">Can the audit be believed?</h2>
                <dl class="controls">
                {Traces([.. run.Audits.Where(place => place.Controls is not null)])}
                <dt>Images on both sides of the split</dt><dd>{Images(audit.Split)}</dd>
                <dt>Groups on both sides of the split</dt><dd>{Groups(audit.Split)}</dd>
                <dt>Independence of the test images</dt><dd>{Independence(audit.Images)}</dd>
                {(
                    audit.Images is { } images
                        ? Html.Of(
                            $"""
                            <dt>Images it rests on</dt><dd>{Numbers.Count(images.Training)} to fit attackers,
                            {Numbers.Count(images.Validation)} to choose among them, {Numbers.Count(images.Test)} to test, read once.</dd>
                            """
                        )
                        : Html.Empty
                )}
                </dl>
                </section>
                """
            );

    private static Html Traces(IReadOnlyList<RepresentationAudit> places)
    {
        if (places.Count == 0)
            return Html.Of($"<dt>Traces</dt><dd>None was planted: the audit was asked to leave its controls out.</dd>");
        RepresentationAudit[] hiding = [.. places.Where(place => place.Controls!.Hidden is not null)];
        return Html.Of(
            $"""
            <dt>Planted trace</dt><dd>{Planted(places)}</dd>
            {(hiding.Length > 0 ? Html.Of($"<dt>Hidden trace</dt><dd>{Hidden(hiding)}</dd>") : Html.Empty)}
            <dt>Shuffled labels</dt><dd>{Shuffled(places)}</dd>
            """
        );
    }

    private static string Planted(IReadOnlyList<RepresentationAudit> places) =>
        Missed(places, place => place.Controls!.Planted) is { Count: > 0 } missed
            ? $"Not passed: a trace worth the tolerance was planted, and missed at {string.Join("; ", missed)}. A leak of that size "
                + "could go unseen there."
            : $"Passed: a trace worth the tolerance was planted at each of {places.Count} places, and found. A leak of that size would "
                + "have been seen.";

    private static string Hidden(IReadOnlyList<RepresentationAudit> places) =>
        Missed(places, place => place.Controls!.Hidden!) is { Count: > 0 } missed
            ? $"Not found at {string.Join("; ", missed)}. A trace worth the tolerance that no direction shows by itself, but two "
                + "together, could go unseen there; more training images would show it. The verdict does not ask for this."
            : $"Found at each of {places.Count} places: even a trace worth the tolerance that no direction shows by itself, but two "
                + "together, would have been seen.";

    private static string Shuffled(IReadOnlyList<RepresentationAudit> places) =>
        Missed(places, place => place.Controls!.Shuffled) is { Count: > 0 } missed
            ? $"Not passed: labels were shuffled, and something was read all the same at {string.Join("; ", missed)}. What the audit "
                + "finds there need not be real."
            : $"Passed: labels were shuffled at each of {places.Count} places, and nothing was read. What the audit finds is really there.";

    private static List<string> Missed(IReadOnlyList<RepresentationAudit> places, Func<RepresentationAudit, Control> control) =>
        [
            .. places
                .Where(place => !control(place).Passed)
                .Select(place =>
                    $"{place.Name} for {Sentences.Quoted(place.Attribute)} ({Numbers.Points(control(place).Measured.Value)} points "
                    + $"read, {Numbers.Points(control(place).Wanted)} wanted)"
                ),
        ];

    private static string Images(SplitControl? split) =>
        split?.SharedImages switch
        {
            null => "Not checked: equal images could not be told.",
            0 => "Passed: no image of validation or test stands in an earlier part.",
            { } shared => $"Not passed: {Numbers.Count(shared)} images of validation or test stand in an earlier part too. Attackers may "
                + "recognise them instead of reading.",
        };

    private static string Groups(SplitControl? split) =>
        split?.SharedGroups switch
        {
            null => "Not checked: no column says which images belong together, for example to one person.",
            0 => "Passed: no group stands in more than one part.",
            { } shared =>
                $"Not passed: {Numbers.Count(shared)} groups stand in more than one part. Attackers may recognise them instead of reading.",
        };

    private static string Independence(AuditedImages? images) =>
        images is { TestGroups: { } groups }
            ? $"Checked: the {Numbers.Count(images.Test)} test images are {Numbers.Count(groups)} groups, and intervals count groups "
                + "instead of images."
            : "Not checked: intervals take every image for one of its own. If several show one person, they are too narrow; a column of "
                + "groups would mend that.";
}
