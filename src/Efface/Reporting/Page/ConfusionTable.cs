namespace Efface.Reporting.Page;

/// <summary>Which classes the chosen attacker confused.</summary>
internal static class ConfusionTable
{
    /// <summary>Test images and the share of their class, for one place; empty if the audit is too old to have kept them.</summary>
    public static Html Draw(ReportedPlace place)
    {
        var audit = place.Audit;
        if (audit.Confusion.Count == 0)
            return Html.Empty;
        return Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Confusion of {audit.Attribute} at {audit.Name}, {place.Run.Label}">
            <table class="confusion">
            <caption>What {audit.BestResult.Name} took the test images of each class for</caption>
            <thead><tr><td>truth ↓ taken for →</td>{audit.Classes.Select(name => Html.Of($"""<th scope="col">{name}</th>"""))}</tr></thead>
            <tbody>{audit.Classes.Zip(audit.Confusion).Select((entry, i) => Row(entry.First, entry.Second, i))}</tbody>
            </table>
            </div>
            """
        );
    }

    private static Html Row(string name, IReadOnlyList<int> counts, int right)
    {
        var images = counts.Sum();
        return Html.Of($"""<tr><th scope="row">{name}</th>{counts.Select((count, i) => Of(count, i == right))}</tr>""");

        Html Of(int count, bool isRight) =>
            Html.Of(
                $"""
                <td class="{(isRight ? "right" : "")}">{Numbers.Count(count)}<small>{Numbers.Percent((double)count / images)}</small></td>
                """
            );
    }
}
