using System.Text.Json;
using Efface.Auditing;
using Efface.Data;
using Efface.Reporting;
using Efface.Training;

namespace Efface.Runs;

/// <summary>Audits the model of a run folder, on the data it was trained with.</summary>
public static class AuditRun
{
    /// <summary>Writes audit.json and pictures into the run's folder.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="attributes">Columns to look for; empty takes those of the run.</param>
    /// <param name="settings">How strict.</param>
    /// <param name="before">The folder of the model before unlearning; null takes the run that this one started from, if there is one.</param>
    /// <param name="progress">Hears of every attack.</param>
    /// <param name="reading">Hears while the images are read, and what is done besides attacks.</param>
    /// <param name="cancel">Checked before each attack.</param>
    /// <exception cref="InvalidInputException">A folder, its model, its data or a column is wrong.</exception>
    public static AuditResult Run(string path, IReadOnlyList<string> attributes, AuditSettings settings, string? before = null, Action<AuditProgress>? progress = null, IReadingObserver? reading = null, CancellationToken cancel = default)
    {
        var folder = RunFolder.Open(path);
        var run = folder.Run;
        var sought = attributes.Count > 0 ? attributes : run.Config.Forget;
        if (AuditChecks.Settings(settings, sought, "the run names none").ToArray() is { Length: > 0 } wrong) throw new InvalidInputException(wrong);
        var earlier = Earlier(before, run, reading);
        using var model = TrainedModel.Load(folder.Path, Compute.Device);
        using var prepared = Preflight.Check(run.Config, forgets: run.Command == "unlearn", reading, cancel);
        Compute.UseThreads(run.Config.Threads);
        if (prepared.Table.Fingerprint() != run.Data.Fingerprint)
            throw new InvalidInputException(path, "its data set has changed since training", "Bring back the files it was trained on, or train again");
        if (AuditChecks.Columns(prepared.Table.Columns, prepared.Table[model.Description.Task], sought, prepared.Table.Rows(Part.Test), $"data set {prepared.Table.Name}").ToArray() is { Length: > 0 } unusable)
            throw new InvalidInputException(unusable);
        // What would be shared is computed from the images that the model was trained on.
        using var removal = Removals.Of(prepared, reading, training: null, cancel);
        if (removal?.Result.Fingerprint != run.AttentionRemoval?.Fingerprint)
            throw new InvalidInputException(path, "its images without the removed area are gone from the cache, and came out otherwise when they were made again",
                "Audit on the machine it was trained on and with the same --threads, or train again");

        var look = new ModelAudit(prepared, sought, settings, progress, reading, cancel);
        var past = earlier is null ? null : Stored(earlier, run, settings, sought) ?? Anew(earlier, model, look, prepared.Table);
        var now = look.At(model, removal?.Table ?? prepared.Table, past);
        now.Write(folder, past);
        return now.Result;
    }

    // The model before unlearning: named, or the one that this run started from, as long as it is there.
    private static RunFolder? Earlier(string? before, RunRecord run, IReadingObserver? reading)
    {
        if (before is not null) return RunFolder.Open(before);
        if (run.Config.From is not { } from) return null;
        try
        {
            return RunFolder.Open(from);
        }
        catch (InvalidInputException)
        {
            reading?.OnNote($"the run that this one started from ({from}) is not there any more: nothing is said of the model before");
            return null;
        }
    }

    // What an audit of that run has said already, where it was as strict and looked for as much.
    private static AuditedModel? Stored(RunFolder earlier, RunRecord run, AuditSettings settings, IReadOnlyList<string> sought)
    {
        if (earlier.Run.Data.Fingerprint != run.Data.Fingerprint || earlier.Run.AttentionRemoval is not null || earlier.Audit is not { Images: not null } audit) return null;
        string Text(AuditSettings of) => JsonSerializer.Serialize(of, RunFolder.Json);
        return Text(audit.Settings) == Text(settings) && audit.Representations.Select(place => place.Attribute).Distinct().SequenceEqual(sought)
            ? AuditedModel.Read(earlier, audit)
            : null;
    }

    private static AuditedModel Anew(RunFolder earlier, TrainedModel after, ModelAudit look, ImageTable table)
    {
        using var model = TrainedModel.Load(earlier.Path, Compute.Device);
        if (model.Description.Task != after.Description.Task || !model.Description.Classes.SequenceEqual(after.Description.Classes) || !model.Description.Input.SequenceEqual(after.Description.Input))
            throw new InvalidInputException($"--before {earlier.Path}", $"is a model for {model.Description.Task} on images of {string.Join('×', model.Description.Input)}", "Give a run with the same task and image size");
        return look.At(model, table, null);
    }
}
