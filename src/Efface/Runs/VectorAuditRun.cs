using Efface.Auditing;
using Efface.Data;
using Efface.Data.Reading;
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
        var config = new RunConfig
        {
            Data = new DataOptions { Name = "vectors", Task = options.Task },
            Recipe = new RecipeSettings { Forget = options.Attributes },
            Vectors = options,
        };
        return Run(table, null, Record(config, table, null, started), path, settings, progress, cancel);
    }

    /// <summary>The same for what a user's own model makes of images.</summary>
    /// <param name="config">The data, its task, the attributes (as those to forget) and the model.</param>
    /// <param name="path">The new folder.</param>
    /// <param name="settings">How strict.</param>
    /// <param name="progress">Receives each attack.</param>
    /// <param name="reading">Receives the progress of reading, and of the model.</param>
    /// <param name="cancel">Checked before each attack; a stopped audit leaves nothing behind.</param>
    /// <exception cref="InvalidInputException">Every problem found; nothing was written.</exception>
    public static RunFolder Run(
        RunConfig config,
        string path,
        AuditSettings settings,
        Action<AuditProgress>? progress = null,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        var started = DateTimeOffset.UtcNow;
        using var images = ImageVectors.Read(config, settings, reading, cancel);
        var (table, report, extractor) = (images.Table, images.Report, images.Options);
        return Run(table, report, Record(config with { Extractor = extractor }, table, report, started), path, settings, progress, cancel);
    }

    private static RunRecord Record(RunConfig config, VectorTable table, DataReport? report, DateTimeOffset started) =>
        new()
        {
            Command = "audit",
            Started = started,
            Config = config,
            Environment = EnvironmentRecords.Capture(),
            Data = DataRecord.Of(
                table,
                config.Data.Task is { } task ? table[task] : null,
                [.. config.Recipe.Forget.Select(name => table[name])],
                report
            ),
        };

    private static RunFolder Run(
        VectorTable table,
        DataReport? report,
        RunRecord record,
        string path,
        AuditSettings settings,
        Action<AuditProgress>? progress,
        CancellationToken cancel
    )
    {
        var folder = RunFolder.Create(path);
        try
        {
            folder.Run = record;
            folder.WriteSkipped(report?.Skipped ?? table.Skipped);
            folder.Audit = Audit(table, record.Config, settings, progress, cancel);
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
        RunConfig config,
        AuditSettings settings,
        Action<AuditProgress>? progress,
        CancellationToken cancel
    )
    {
        var (task, sought) = (config.Data.Task, config.Recipe.Forget);
        var auditor = new Auditor(settings, progress);
        AuditResult? before = null;
        if (table.Before is not null)
        {
            using var earlier = AuditSubject.Of(table, task, before: true, settings.Budget);
            before = auditor.Audit(earlier, sought, cancel: cancel);
        }
        using var subject = AuditSubject.Of(table, task, budget: settings.Budget);
        var audit = auditor.Audit(subject, sought, before, cancel);
        return audit with { Source = table.Origins, Warnings = [.. table.Warnings, .. audit.Warnings] };
    }
}
