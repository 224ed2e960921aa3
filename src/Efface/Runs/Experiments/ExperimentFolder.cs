using System.Text.Json;
using Efface.Data.Sources;
using Efface.Records;
using Efface.Training;
using Efface.Unlearning;
using TorchSharp;

namespace Efface.Runs.Experiments;

/// <summary>Where the cells of an experiment are stored: finished ones are kept, and a run that was stopped or killed is resumed.</summary>
/// <param name="path">The experiment's folder; cells are in <c>runs</c> below it.</param>
internal sealed class ExperimentFolder(string path)
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>A cell's run folder; a run stored elsewhere is named by its whole path.</summary>
    public string PathOf(string cell) => System.IO.Path.Combine(Path, "runs", cell);

    /// <summary>A cell's run, trained and audited as requested; null if something is missing.</summary>
    /// <exception cref="InvalidInputException">A run with other settings is in its place.</exception>
    public RunFolder? Finished(ExperimentCell cell)
    {
        if (Trained(cell) is not { } folder)
            return null;
        return cell.Attributes.Count == 0 || folder.Audit is { Images: not null } audit && AuditRun.IsOf(audit, cell.Audit, cell.Attributes)
            ? folder
            : null;
    }

    /// <summary>Does the missing work of a cell.</summary>
    /// <param name="cell">The cell; its <see cref="ExperimentCell.From"/> is finished.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Stops after the current batch or attack; the results so far are saved.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="InvalidInputException">Something is wrong with the input, or a run with other settings is in its place.</exception>
    public RunFolder Run(ExperimentCell cell, IDemoObserver observer, CancellationToken cancel)
    {
        var (config, folder) = (ConfigOf(cell), PathOf(cell.Name));
        if (Trained(cell) is null)
        {
            if (cell.CopyOf is { } trained)
                Copy(cell, RunFolder.Open(PathOf(trained)), folder);
            else if (cell.Forgets)
                TrainingRun.Unlearn(config, folder, resume: true, observer, cancel);
            else
                TrainingRun.Train(config, folder, resume: true, observer, cancel);
        }
        cancel.ThrowIfCancellationRequested();
        if (Finished(cell) is { } finished)
            return finished;
        AuditRun.Run(
            folder,
            cell.Attributes,
            cell.Audit,
            before: (cell.Before ?? cell.From) is { } before ? PathOf(before) : null,
            progress: observer.OnAudit,
            reading: observer,
            cancel: cancel
        );
        return RunFolder.Open(folder);
    }

    private static void Copy(ExperimentCell cell, RunFolder trained, string folder)
    {
        if (cell.CutAs is not { } config)
        {
            trained.CopyTrained(folder);
            return;
        }
        using var model = TrainedModel.Load(trained.Path, torch.CPU);
        trained.CopyTrained(folder, Recipes.Named(config.Recipe.Name).StageOf(model, config.Model.Split));
    }

    /// <summary>The whole configuration of a cell.</summary>
    public RunConfig ConfigOf(ExperimentCell cell) => cell.From is { } from ? From(cell, PathOf(from)) : cell.Config;

    /// <summary>The run in a cell's place, finished or not; null for none.</summary>
    public RunFolder? Standing(ExperimentCell cell) => RunFolder.Holds(PathOf(cell.Name)) ? RunFolder.Open(PathOf(cell.Name)) : null;

    /// <summary>A cell's run, trained; null if it is not, or not to its end.</summary>
    /// <exception cref="InvalidInputException">A run with other settings is in its place, or one that diverged.</exception>
    public RunFolder? Trained(ExperimentCell cell)
    {
        if (Standing(cell) is not { } folder)
            return null;
        var (run, command) = (folder.Run, cell.Forgets ? "unlearn" : "train");
        if (run.Result is not { Interrupted: false } result)
        {
            Resumption.CheckSettings(run, command, ConfigOf(cell), folder.Path);
            return null;
        }
        Resumption.CheckFinished(run, command, WhereverItStood(cell, run.Config), folder.Path);
        if (result.Diverged is { } cause)
            throw new InvalidInputException(
                folder.Path,
                $"diverged ({cause})",
                "Change the settings and name another `path`, or remove this run to train it again"
            );
        return folder;
    }

    /// <summary>Whether a run's data are now requested from another place, or in another way, than it read them.</summary>
    public bool ReadsElsewhere(ExperimentCell cell) => Standing(cell) is { } folder && Where(folder.Run.Config) != Where(cell.Config);

    /// <summary>Updates the place of a run's data, for later audits.</summary>
    public void Follow(ExperimentCell cell)
    {
        if (!ReadsElsewhere(cell))
            return;
        var folder = Standing(cell)!;
        var config = folder.Run.Config;
        folder.Run = folder.Run with
        {
            Config = config with { Data = config.Data with { Root = cell.Config.Data.Root, Reading = cell.Config.Data.Reading } },
        };
    }

    private static string Where(RunConfig config) =>
        JsonSerializer.Serialize(new DataOptions { Root = config.Data.Root, Reading = config.Data.Reading }, RunFolder.Json);

    private static RunConfig From(ExperimentCell cell, string path) => cell.Config with { Model = cell.Config.Model.StartingFrom(path) };

    // An experiment may be moved as a whole: its runs then name the earlier place of the cell that they started from.
    private RunConfig WhereverItStood(ExperimentCell cell, RunConfig began) =>
        cell.From is { } from && began.Model.From is { } stood && System.IO.Path.GetFileName(stood) == from
            ? From(cell, stood)
            : ConfigOf(cell);
}
