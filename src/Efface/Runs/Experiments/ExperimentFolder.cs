using Efface.Reporting;

namespace Efface.Runs;

/// <summary>Where the cells of an experiment stand: finished ones are kept, and a run that was stopped or killed goes on.</summary>
/// <param name="path">The experiment's folder; cells stand in <c>runs</c> below it.</param>
public sealed class ExperimentFolder(string path)
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>A cell's run folder; a run that stands elsewhere is named by its whole path.</summary>
    public string PathOf(string cell) => System.IO.Path.Combine(Path, "runs", cell);

    /// <summary>A cell's run, trained and audited as the cell says; null where something of it is missing.</summary>
    /// <exception cref="InvalidInputException">A run of other settings stands in its place.</exception>
    public RunFolder? Finished(ExperimentCell cell)
    {
        if (Trained(cell) is not { } folder) return null;
        return cell.Attributes.Count == 0 || folder.Audit is { Images: not null } audit && AuditRun.IsOf(audit, cell.Audit, cell.Attributes) ? folder : null;
    }

    /// <summary>Does what is missing of a cell.</summary>
    /// <param name="cell">Whose <see cref="ExperimentCell.From"/> is finished.</param>
    /// <param name="observer">Hears how far it is.</param>
    /// <param name="cancel">Ends after the batch or attack at hand; what there is is saved.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="InvalidInputException">Something is wrong with the input, or a run of other settings stands in its place.</exception>
    public RunFolder Run(ExperimentCell cell, IDemoObserver observer, CancellationToken cancel)
    {
        var (config, folder) = (ConfigOf(cell), PathOf(cell.Name));
        if (Trained(cell) is null)
        {
            if (cell.CopyOf is { } trained) RunFolder.Open(PathOf(trained)).CopyTrained(folder);
            else if (cell.Forgets) ModelRun.Unlearn(config, folder, resume: true, observer, cancel);
            else ModelRun.Train(config, folder, resume: true, observer, cancel);
        }
        cancel.ThrowIfCancellationRequested();
        if (Finished(cell) is { } finished) return finished;
        AuditRun.Run(folder, cell.Attributes, cell.Audit, before: cell.From is { } from ? PathOf(from) : null, progress: observer.OnAudit, reading: observer, cancel: cancel);
        return RunFolder.Open(folder);
    }

    /// <summary>The whole configuration of a cell.</summary>
    public RunConfig ConfigOf(ExperimentCell cell) => cell.From is { } from ? cell.Config with { From = PathOf(from) } : cell.Config;

    private RunFolder? Trained(ExperimentCell cell)
    {
        if (!RunFolder.Holds(PathOf(cell.Name))) return null;
        var folder = RunFolder.Open(PathOf(cell.Name));
        var run = folder.Run;
        var isFinished = run.Result is { Interrupted: false };
        Resumption.CheckFlags(run, cell.Forgets ? "unlearn" : "train", isFinished ? WhereverItStood(cell, run.Config) : ConfigOf(cell), folder.Path);
        return isFinished ? folder : null;
    }

    // An experiment may be moved as a whole: its runs then name the earlier place of the cell that they started from.
    private RunConfig WhereverItStood(ExperimentCell cell, RunConfig began)
        => cell.From is { } from && began.From is { } stood && System.IO.Path.GetFileName(stood) == from ? cell.Config with { From = stood } : ConfigOf(cell);
}
