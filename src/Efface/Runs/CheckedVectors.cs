using Efface.Auditing;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Vectors;

namespace Efface.Runs;

/// <summary>Another program's representations with their labels, checked.</summary>
internal static class CheckedVectors
{
    /// <summary>Reads them, and finds contradictions between them.</summary>
    /// <exception cref="InvalidInputException">Every problem found.</exception>
    public static VectorTable Read(VectorOptions options, AuditSettings settings, IReadingObserver? reading, CancellationToken cancel)
    {
        var problems = AuditChecks.Settings(settings, options.Attributes, "other programs' vectors have no usual one").ToList();
        if (settings.Stages.Count > 0)
            problems.Add(
                new Problem(
                    "`AuditSettings.Stages`",
                    "of representations whose network is elsewhere",
                    "Leave it out, or audit each stage's output by itself"
                )
            );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
        var table = VectorReader.Read(options, reading, cancel);
        try
        {
            var task = table.Columns.FirstOrDefault(column => column.Name == options.Task);
            if (
                AuditChecks.Columns(table.Columns, task, options.Attributes, table.Rows(Part.Test), options.Labels).ToArray() is
                { Length: > 0 } wrong
            )
                throw new InvalidInputException(wrong);
            if (table.Identity is { } identity && table.Rows(Part.Test).CountBy(row => table.Groups![row]).All(person => person.Value < 2))
                throw new InvalidInputException(
                    $"`VectorOptions.Identity` {identity}",
                    "nobody has two rows for testing: there is no pair to verify",
                    "Name the column of people who have several rows each"
                );
            var classes = options
                .Attributes.Prepend(options.Task)
                .OfType<string>()
                .Distinct()
                .Select(name => ClassCounts.Of(table.Columns.Single(column => column.Name == name), table.Rows).ToString());
            foreach (
                var note in table
                    .Notes.Concat(classes)
                    .Concat(FaultGroup.Of(table.Skipped).Select(group => $"skipped: {group.ToProblem()}"))
            )
                reading?.OnNote(note);
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }
}
