namespace Efface.Reporting.Page;

/// <summary>What the user's own audit parts measured.</summary>
internal static class OwnPartSection
{
    /// <summary>One row per number; empty if there are none.</summary>
    public static Html Write(ReportRun run)
    {
        var rows = (
            from audit in run.Audits
            where audit.Own is not null
            from part in audit.Own!
            from number in part.Value
            select Html.Of(
                $"""
                <tr><th scope="row">{part.Key}: {number.Key}<small>{audit.Attribute} at {audit.Name}</small></th>
                <td>{Cell.Plain(number.Value)}</td></tr>
                """
            )
        ).ToList();
        return rows.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <section aria-labelledby="own">
                <h2 id="own">Further measurements</h2>
                <p>Taken by parts that were added to this audit. The verdict does not depend on them.</p>
                <div class="scroll" tabindex="0" role="region" aria-label="Table of further measurements">
                <table class="comparison"><thead><tr><th scope="col">Measurement</th><th scope="col">Value</th></tr></thead>
                <tbody>{rows}</tbody></table>
                </div>
                </section>
                """
            );
    }
}
