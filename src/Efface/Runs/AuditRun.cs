using System.Text.Json;
using Efface.Auditing;
using Efface.Data;
using Efface.Records;
using Efface.Training;

namespace Efface.Runs;

/// <summary>Audits the model of a run folder, on the data it was trained with.</summary>
public static class AuditRun
{
    /// <summary>Writes audit.json and pictures into the run's folder.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="attributes">Columns to look for; empty takes those of the run.</param>
    /// <param name="settings">How strict.</param>
    /// <param name="before">The folder of the model before unlearning; null takes the run that this one started from, if there is
    /// one.</param>
    /// <param name="progress">Receives each attack.</param>
    /// <param name="reading">Receives the reading of images, and steps besides attacks.</param>
    /// <param name="cancel">Checked before each attack.</param>
    /// <exception cref="InvalidInputException">A folder, its model, its data or a column is wrong.</exception>
    public static AuditResult Run(
        string path,
        IReadOnlyList<string> attributes,
        AuditSettings settings,
        string? before = null,
        Action<AuditProgress>? progress = null,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        var earlier = Earlier(before, RunFolder.Open(path).Run, reading);
        using var opened = LoadedRun.Open(path, attributes, settings, reading, cancel);
        var (model, prepared, run, sought) = (opened.Model, opened.Prepared, opened.Folder.Run, opened.Attributes);
        var look = new ModelInspection(prepared, sought, settings, progress, reading, cancel);
        var past = earlier is null ? null : Stored(earlier, model, run, settings, sought) ?? Anew(earlier, model, look, prepared.Table);
        var now = look.At(model, opened.Table, past);
        now = now with { Result = Divergence.Told(run, now.Result) };
        now.Write(opened.Folder, past);
        return now.Result;
    }

    // The model before unlearning: the named one, or the one that this run started from, if it still exists.
    private static RunFolder? Earlier(string? before, RunRecord run, IReadingObserver? reading)
    {
        if (before is not null)
            return RunFolder.Open(before);
        if (run.Config.Model.From is not { } from)
            return null;
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

    // If h is released, the model before is read at the same stage, as if it were cut there: what it reveals later is another question.
    private static string SplitOf(ModelDescription before, ModelDescription after) =>
        before is { Bits: null, ClosedBy: null } && after is { Bits: null, ClosedBy: null } && before.Stages.Contains(after.Split)
            ? after.Split
            : before.Split;

    // The result of an earlier audit of that run, if it was as strict and covered as much, at the same place.
    private static InspectedModel? Stored(
        RunFolder earlier,
        TrainedModel after,
        RunRecord run,
        AuditSettings settings,
        IReadOnlyList<string> sought
    )
    {
        if (
            earlier.Run.Data.Fingerprint != run.Data.Fingerprint
            || earlier.Run.AttentionRemoval is not null
            || earlier.Audit is not { Images: not null } audit
        )
            return null;
        if (TrainedModel.Describe(earlier.Path) is var before && before.Split != SplitOf(before, after.Description))
            return null;
        return IsOf(audit, settings, sought) ? InspectedModel.Read(earlier, audit) : null;
    }

    /// <summary>Whether an audit was as strict, and looked for the same.</summary>
    internal static bool IsOf(AuditResult audit, AuditSettings settings, IReadOnlyList<string> sought)
    {
        string Text(AuditSettings of) => JsonSerializer.Serialize(of, RunFolder.Json);
        return Text(audit.Settings) == Text(settings) && audit.Sought.SequenceEqual(sought);
    }

    private static InspectedModel Anew(RunFolder earlier, TrainedModel after, ModelInspection look, ImageTable table)
    {
        using var model = TrainedModel.Load(earlier.Path, Compute.Device);
        if (
            model.Description.Task != after.Description.Task
            || !model.Description.Classes.SequenceEqual(after.Description.Classes)
            || !model.Description.Input.SequenceEqual(after.Description.Input)
        )
            throw new InvalidInputException(
                $"`before` {earlier.Path}",
                $"is a model for {model.Description.Task} on images of {string.Join('×', model.Description.Input)}",
                "Give a run with the same task and image size"
            );
        return look.At(
            model with
            {
                Description = model.Description with { Split = SplitOf(model.Description, after.Description) },
            },
            table,
            null
        );
    }
}
