using System.Diagnostics;
using Efface.Auditing;
using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Rewriting;
using Efface.Data.Sources;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Records;
using Efface.Reporting;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>Takes attributes out of another program's vectors: an eraser, the erased vectors, and the audit before and after.</summary>
public static class ErasingRun
{
    /// <summary>The folder, within the run's, with the audit of the vectors as they came in.</summary>
    public const string BeforeFolder = "before";

    /// <summary>The name of the erased vectors' file, before its ending.</summary>
    public const string Output = "erased";

    // So many draws of the noise are averaged by whoever asks again and again with other salts: what an audit attacks besides one draw.
    private const int Draws = 8;

    /// <summary>
    /// Writes run.json, eraser.safetensors, eraser.json, the erased vectors in the format they came in, audit.json and report.html into a
    /// folder. What a stopped run has finished is kept for when it is resumed.
    /// </summary>
    /// <param name="config">The vectors, what to forget, and how.</param>
    /// <param name="path">The run's folder.</param>
    /// <param name="audit">How strict the audits before and after are; null leaves them out.</param>
    /// <param name="resume">Whether to resume the run in the folder.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Checked before each step.</param>
    /// <exception cref="InvalidInputException">Every problem found; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static RunFolder Run(
        RunConfig config,
        string path,
        AuditSettings? audit,
        bool resume = false,
        IErasingObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        var clock = Stopwatch.StartNew();
        var options = config.Erasing ?? new EraserOptions();
        if (ErasingChecks.OfSettings(config, options, audit).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        config = config with { Erasing = options };
        using var images = config.Extractor is null ? null : ImageVectors.Read(config, audit ?? new AuditSettings(), observer, cancel);
        config = images is null ? OfFile(config) : config with { Extractor = images.Options };
        using var file = images is null ? CheckedVectors.Read(config.Vectors!, audit ?? new AuditSettings(), observer, cancel) : null;
        var (table, report) = (images?.Table ?? file!, images?.Report);
        var work = Work(config, table, observer, cancel);
        var (folder, began) = Folder(config, path, (table, report), work, resume);
        Compute.UseThreads(config.Training.Threads);
        using var eraser = Fitted(folder, config, work);
        if (config.Vectors is { } vectors)
            Rewrite(folder, vectors, eraser, observer, cancel);
        if (audit is not null)
            Audit(folder, table, eraser, audit, work, observer, cancel);
        folder.Run = folder.Run with
        {
            Result = new ResultRecord(
                folder.Audit?.Fidelity?.Value ?? double.NaN,
                0,
                clock.Elapsed.TotalSeconds + (began?.Result?.Seconds ?? 0),
                false,
                null
            ),
        };
        return folder;
    }

    private static RunConfig OfFile(RunConfig config) =>
        config with
        {
            Data = new DataOptions { Name = "vectors", Task = config.Data.Task },
            Vectors = config.Vectors! with { Task = config.Data.Task, Attributes = config.Recipe.Forget },
        };

    private static ErasingWork Work(RunConfig config, VectorTable table, IErasingObserver? observer, CancellationToken cancel)
    {
        var task = config.Data.Task is { } name ? table[name] : null;
        Column[] attributes = [.. config.Recipe.Forget.Select(name => table[name])];
        if (ErasingChecks.OfRows(table, task, attributes, config.Erasing!).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        return new ErasingWork(table, task, attributes, config.Erasing! with { Seed = config.Training.Seed })
        {
            Retained = [.. config.Recipe.Retain.Select(name => table[name])],
            Progress = progress => observer?.OnErasing(progress),
            Cancel = cancel,
        };
    }

    private static (RunFolder Folder, RunRecord? Began) Folder(
        RunConfig config,
        string path,
        (VectorTable Table, DataReport? Report) read,
        ErasingWork work,
        bool resume
    )
    {
        var record = new RunRecord
        {
            Command = "unlearn",
            Started = DateTimeOffset.UtcNow,
            Config = config,
            Environment = EnvironmentRecords.Capture(),
            Data = DataRecord.Of(read.Table, work.Task, work.Attributes, read.Report),
        };
        if (resume && RunFolder.Holds(path))
        {
            var folder = RunFolder.Open(path);
            Resumption.CheckVectors(folder.Run, record, path);
            return (folder, folder.Run);
        }
        var created = RunFolder.Create(path);
        created.WriteSkipped(read.Report?.Skipped ?? read.Table.Skipped);
        created.Run = record;
        return (created, null);
    }

    private static Eraser Fitted(RunFolder folder, RunConfig config, ErasingWork work)
    {
        if (Eraser.IsIn(folder.Path))
            return Eraser.Load(folder.Path);
        try
        {
            var eraser = Recipes.Named(config.Recipe.Name).With(config.Recipe).Erase(work);
            eraser.Save(folder.Path);
            return eraser;
        }
        catch (InvalidInputException)
        {
            folder.Discard();
            throw;
        }
    }

    private static void Rewrite(
        RunFolder folder,
        VectorOptions vectors,
        Eraser eraser,
        IErasingObserver? observer,
        CancellationToken cancel
    )
    {
        var output = Path.Combine(folder.Path, Output + Path.GetExtension(vectors.Representations).ToLowerInvariant());
        if (!File.Exists(output))
            VectorRewriter.Rewrite(
                RewriteRequest.Of(vectors, output) with
                {
                    GivesCodes = eraser.IsCode,
                    FarOut = eraser.FarOut,
                },
                eraser.Apply,
                observer,
                cancel
            );
    }

    private static void Audit(
        RunFolder folder,
        VectorTable table,
        Eraser eraser,
        AuditSettings settings,
        ErasingWork work,
        IErasingObserver? observer,
        CancellationToken cancel
    )
    {
        var task = work.Task?.Name;
        string[] sought = [.. work.Attributes.Select(attribute => attribute.Name)];
        var auditor = new Auditor(settings, progress => observer?.OnAudit(progress));
        var before = Before(folder);
        if (before.Audit is null)
        {
            observer?.OnNote("audit of the vectors as they came in");
            using var subject = AuditSubject.Of(table, task, budget: settings.Budget);
            before.Audit = auditor.Audit(subject, sought, cancel: cancel) with { Source = table.Origins };
        }
        if (folder.Audit is null)
        {
            observer?.OnNote("audit of the erased vectors");
            using var erased = Erased(table, eraser);
            using var subject = AuditSubject.Of(erased, task, budget: settings.Budget);
            var audit = auditor.Audit(subject, sought, before.Audit, cancel);
            folder.Audit = audit with { Source = table.Origins, Warnings = [.. table.Warnings, .. audit.Warnings] };
        }
        folder.Write("report.html", HtmlReport.Render([before, folder], DateTimeOffset.UtcNow));
    }

    private static RunFolder Before(RunFolder folder)
    {
        var path = Path.Combine(folder.Path, BeforeFolder);
        if (RunFolder.Holds(path))
            return RunFolder.Open(path);
        var before = RunFolder.Create(path);
        before.Run = folder.Run with { Command = "audit", Result = null };
        return before;
    }

    private static VectorTable Erased(VectorTable table, Eraser eraser)
    {
        using var scope = NewDisposeScope();
        Tensor? mean = null;
        if (eraser.Description.Noise > 0)
        {
            mean = torch.zeros_like(table.Values, dtype: ScalarType.Float32);
            for (var draw = 0; draw < Draws; draw++)
            {
                using var inner = NewDisposeScope();
                mean.add_(eraser.Draw(table.Values, draw), 1.0 / Draws);
            }
        }
        return new VectorTable(table.Name, eraser.Apply(table.Values), table.Columns, table.Parts)
        {
            Origins = table.Origins,
            Groups = table.Groups,
            Identity = table.Identity,
            MeanOfDraws = mean?.DetachFromDisposeScope(),
            Draws = mean is null ? 1 : Draws,
            IsDrawnOnce = true,
        };
    }
}
