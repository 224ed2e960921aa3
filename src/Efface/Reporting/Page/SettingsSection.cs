using System.Text.Json;
using Efface.Records;

namespace Efface.Reporting.Page;

/// <summary>Everything needed to repeat the runs, and to see how they differ.</summary>
internal static class SettingsSection
{
    /// <summary>Settings, machine and data, one column per run; then the joint tables.</summary>
    public static Html Write(IReadOnlyList<ReportRun> runs) =>
        Html.Of(
            $"""
            <section aria-labelledby="settings">
            <h2 id="settings">Settings, machine and data</h2>
            {RepeatSection.Write(runs)}
            <h3>Settings</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of settings, machine and data">
            <table class="settings">
            <caption>What decided each run; where runs differ, it is bold</caption>
            <thead><tr><td></td>{runs.Select(run =>
                Html.Of($"""<th scope="col">{AttackerPlot.Swatch(run)} {run.Label}</th>""")
            )}</tr></thead>
            {Group("Run", runs, run => [("command", run.Record.Command), ("started", Numbers.Moment(run.Record.Started))])}
            {Group("Settings", runs, run => Properties(run.Record.Config))}
            {Group("Audit", runs, run => run.Audit is null ? [] : Properties(run.Audit.Settings))}
            {Group("Machine and versions", runs, run => Properties(run.Record.Environment))}
            {Group("Data", runs, Data)}
            </table>
            </div>
            {JointTables(runs)}
            </section>
            """
        );

    private static Html Group(string title, IReadOnlyList<ReportRun> runs, Func<ReportRun, IEnumerable<(string Name, string Value)>> read)
    {
        var columns = runs.Select(run => read(run).ToDictionary(pair => pair.Name, pair => pair.Value)).ToList();
        var names = columns.SelectMany(column => column.Keys).Distinct();
        return Html.Of(
            $"""
            <tbody><tr class="group"><th scope="rowgroup" colspan="{runs.Count + 1}">{title}</th></tr>
            {names.Select(name => Row(name, [.. columns.Select(column => column.GetValueOrDefault(name, "–"))]))}
            </tbody>
            """
        );
    }

    private static Html Row(string name, IReadOnlyList<string> values)
    {
        var differs = values.Distinct().Count() > 1 ? "differs" : "";
        return Html.Of($"""<tr class="{differs}"><th scope="row">{name}</th>{values.Select(value => Html.Of($"<td>{value}</td>"))}</tr>""");
    }

    private static IEnumerable<(string Name, string Value)> Data(ReportRun run) =>
        [
            ("name", run.Record.Data.Name),
            .. run.Record.Data.Counts.Select(part => ($"{part.Key} images", Numbers.Count(part.Value))),
            .. run.Record.Data.Vectors.Select((origin, i) => ($"vectors{(i > 0 ? " from before" : "")}", origin.ToString())),
            .. run.Record.Data.Classes.Select(classes => ($"classes of {classes.Column}", classes.ToString())),
            .. Reading(run.Record.Data.Reading),
            ("fingerprint", run.Record.Data.Fingerprint),
        ];

    private static IEnumerable<(string Name, string Value)> Reading(ReadingRecord? reading) =>
        reading is null
            ? []
            :
            [
                ("rows read", Numbers.Count(reading.RowsRead)),
                ("left out by choice", Numbers.Count(reading.LeftOut)),
                (
                    "skipped",
                    reading.Skipped.Count == 0
                        ? "none"
                        : string.Join(
                            "; ",
                            reading.Skipped.Select(fault => $"{Numbers.Count(fault.Value)} because the row or its image {fault.Key}")
                        )
                ),
                .. reading.Findings.Select((finding, i) => ($"finding {i + 1}", finding.ToString())),
            ];

    // By way of JSON, so that a new setting cannot be forgotten here.
    private static IEnumerable<(string Name, string Value)> Properties<T>(T record) =>
        Flat(JsonSerializer.SerializeToElement(record, RunFolder.Json), "");

    private static IEnumerable<(string Name, string Value)> Flat(JsonElement record, string within) =>
        from property in record.EnumerateObject()
        let name = within + Sentences.Words(property.Name)
        from entry in property.Value.ValueKind == JsonValueKind.Object ? Flat(property.Value, $"{name}: ") : [(name, Text(property.Value))]
        where entry.Item2.Length > 0
        select entry;

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray().Select(Text)) : value.ToString();

    private static Html JointTables(IReadOnlyList<ReportRun> runs)
    {
        // The same data gives the same tables in every run.
        var tables = runs.SelectMany(run => run.Record.Data.Joint.Select(joint => (run.Record.Data.Fingerprint, Joint: joint)))
            .DistinctBy(entry => (entry.Fingerprint, entry.Joint.Task, entry.Joint.Attribute))
            .ToList();
        return tables.Count == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <h3>How task and attribute meet in the training images</h3>
                <div class="joints">{tables.Select(entry => Joint(entry.Joint))}</div>
                """
            );
    }

    private static Html Joint(JointRecord joint) =>
        Html.Of(
            $"""
            <div class="scroll" tabindex="0" role="region" aria-label="Joint table of {joint.Task} and {joint.Attribute}">
            <table class="joint">
            <caption>{Sentences.Quoted(joint.Attribute)} has {Numbers.Plain(joint.AttributeEntropy)} bits of entropy, {Numbers.Plain(
                joint.AttributeEntropyGivenTask
            )} once {Sentences.Quoted(joint.Task)} is known.</caption>
            <thead><tr><td>{joint.Task} ↓ {joint.Attribute} →</td>{joint.AttributeClasses.Select(name =>
                Html.Of($"""<th scope="col">{name}</th>""")
            )}</tr></thead>
            <tbody>{joint.TaskClasses.Zip(joint.Counts, (name, counts) =>
                Html.Of($"""<tr><th scope="row">{name}</th>{counts.Select(count => Html.Of($"<td>{Numbers.Count(count)}</td>"))}</tr>""")
            )}</tbody>
            </table>
            </div>
            """
        );
}
