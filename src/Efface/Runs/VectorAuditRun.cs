using Efface.Auditing;
using Efface.Data;
using Efface.Data.Sources;
using Efface.Data.Vectors;
using Efface.Records;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>Audits representations that another program computed: only attackers are trained.</summary>
public static class VectorAuditRun
{
    /// <summary>Writes run.json, audit.json and report.html into a new folder.</summary>
    /// <param name="options">The files, and what their columns mean.</param>
    /// <param name="path">The new folder.</param>
    /// <param name="settings">How strict.</param>
    /// <param name="progress">Receives each attack.</param>
    /// <param name="reading">Receives the progress of reading.</param>
    /// <param name="cancel">Checked before each attack; a stopped audit leaves nothing behind.</param>
    /// <exception cref="InvalidInputException">Every problem found; nothing was written.</exception>
    public static RunFolder Run(
        VectorOptions options,
        string path,
        AuditSettings settings,
        Action<AuditProgress>? progress = null,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        var started = DateTimeOffset.UtcNow;
        using var table = CheckedVectors.Read(options, settings, reading, cancel);
        var task = table.Columns.FirstOrDefault(column => column.Name == options.Task);

        var folder = RunFolder.Create(path);
        try
        {
            folder.Run = new RunRecord
            {
                Command = "audit",
                Started = started,
                Config = new RunConfig
                {
                    Data = new DataOptions { Name = "vectors", Task = options.Task },
                    Recipe = new RecipeSettings { Forget = options.Attributes },
                    Vectors = options,
                },
                Environment = EnvironmentRecords.Capture(),
                Data = DataRecord.Of(
                    table,
                    task,
                    [.. options.Attributes.Select(name => table.Columns.Single(column => column.Name == name))]
                ),
            };
            folder.WriteSkipped(table.Skipped);
            folder.Audit = Audit(table, options, settings, progress, cancel);
            folder.Write("report.html", HtmlReport.Render([folder], DateTimeOffset.UtcNow));
            return folder;
        }
        catch
        {
            folder.Discard();
            throw;
        }
    }

    private static AuditResult Audit(
        VectorTable table,
        VectorOptions options,
        AuditSettings settings,
        Action<AuditProgress>? progress,
        CancellationToken cancel
    )
    {
        var auditor = new Auditor(settings, progress);
        AuditResult? before = null;
        if (table.Before is not null)
        {
            using var earlier = AuditSubject.Of(table, options.Task, before: true, settings.Budget);
            before = auditor.Audit(earlier, options.Attributes, cancel: cancel);
        }
        using var subject = AuditSubject.Of(table, options.Task, budget: settings.Budget);
        var audit = auditor.Audit(subject, options.Attributes, before, cancel);
        return audit with { Source = table.Origins, Warnings = [.. table.Warnings, .. audit.Warnings] };
    }
}
