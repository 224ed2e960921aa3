using Efface.Auditing;

namespace Efface.Reporting.Page;

/// <summary>Whether some group of images is read even if the average is not.</summary>
internal static class SubgroupSection
{
    private const int Most = 100;

    private sealed record Entry(RepresentationAudit Place, SubgroupResult Subgroup);

    /// <summary>The last run's subgroups: significant leaks first, the rest on demand; empty if there are none.</summary>
    public static Html Write(ReportRun run)
    {
        var all = run.Audits.SelectMany(place => place.Subgroups.Select(subgroup => new Entry(place, subgroup))).ToList();
        if (all.Count == 0)
            return Html.Empty;
        List<Entry> leaking = [.. run.LeakingSubgroups.Select(entry => new Entry(entry.Place, entry.Subgroup))];
        List<Entry> rest =
        [
            .. all.Except(leaking).OrderByDescending(entry => entry.Place.Released).ThenByDescending(entry => entry.Subgroup.GivenTask.Low),
        ];
        var terms = Terms.Of([run]);
        return Html.Of(
            $"""
            <section aria-labelledby="subgroups">
            <h2 id="subgroups">Groups of images</h2>
            <p>An average can hide a group that is read well. Here the attacker that counts is judged on the test images of one class of
            another column at a time; intervals are widened for the number of groups of a place.</p>
            {(leaking.Count == 0
                ? None(all.Count(entry => entry.Place.Released))
                : Table("Surely above the tolerance", leaking, terms))}
            {(rest.Count == 0
                ? Html.Empty
                : Folded(leaking.Count == 0 ? "Every group" : "Every other group", Table(Rest(rest), rest, terms)))}
            </section>
            """
        );
    }

    private static Html None(int groups) =>
        Html.Of($"<p><b>No group surely leaks</b>, of {Numbers.Count(groups)} looked at where something is released.</p>");

    private static Html Folded(string title, Html table) => Html.Of($"<details><summary>{title}</summary>{table}</details>");

    private static string Rest(List<Entry> rest) =>
        rest.Count > Most
            ? $"The {Most} with the largest lower ends, of {Numbers.Count(rest.Count)}; all stand in audit.json"
            : "From the largest lower end down; internal places last";

    private static Html Table(string caption, List<Entry> entries, Terms terms) =>
        Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Groups: {caption}">
            <table>
            <caption>{caption}</caption>
            <thead><tr><th scope="col">Images where</th><th scope="col">Attribute</th><th scope="col">Place</th>
            <th scope="col">Test images</th><th scope="col">Balanced accuracy</th><th scope="col">{terms.Leak}, points</th></tr></thead>
            <tbody>{entries.Take(Most).Select(Row)}</tbody>
            </table>
            </div>
            """
        );

    private static Html Row(Entry entry) =>
        Html.Of(
            $"""
            <tr><th scope="row">{Sentences.Quoted(entry.Subgroup.Column)} is {Sentences.Quoted(
                entry.Subgroup.Class
            )}</th><td>{entry.Place.Attribute}</td><td>{entry.Place.Name}{(
                entry.Place.Released ? "" : " (internal)"
            )}</td><td>{Numbers.Count(entry.Subgroup.GivenTask.N)}</td><td>{Cell.Percent(
                entry.Subgroup.BalancedAccuracy
            )}</td><td>{Cell.Points(entry.Subgroup.GivenTask)}</td></tr>
            """
        );
}
