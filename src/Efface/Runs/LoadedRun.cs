using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
using Efface.Records;
using Efface.Training;

namespace Efface.Runs;

/// <summary>A run's model with the data it was trained on.</summary>
internal sealed class LoadedRun : IDisposable
{
    private AttentionRemoval? _removal;

    private LoadedRun(RunFolder folder, IReadOnlyList<string> attributes) => (Folder, Attributes) = (folder, attributes);

    /// <summary>Where it is.</summary>
    public RunFolder Folder { get; }

    /// <summary>The columns to look for.</summary>
    public IReadOnlyList<string> Attributes { get; }

    /// <summary>The network.</summary>
    public TrainedModel Model { get; private set; } = null!;

    /// <summary>Its data set.</summary>
    public Prepared Prepared { get; private set; } = null!;

    /// <summary>The images that it was trained on: without the removed area, if there is one.</summary>
    public ImageTable Table => _removal?.Table ?? Prepared.Table;

    /// <summary>Loads everything, and finds contradictions.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="attributes">Columns to look for; empty takes those of the run.</param>
    /// <param name="settings">How strict; checked with the rest. Null if nothing will be looked for.</param>
    /// <param name="reading">Receives the progress of reading images.</param>
    /// <param name="cancel">Checked while reading.</param>
    /// <exception cref="InvalidInputException">The folder, its model, its data or a column is wrong.</exception>
    public static LoadedRun Open(
        string path,
        IReadOnlyList<string> attributes,
        AuditSettings? settings,
        IReadingObserver? reading,
        CancellationToken cancel
    )
    {
        var folder = RunFolder.Open(path);
        var sought = attributes.Count > 0 ? attributes : folder.Run.Config.Recipe.Forget;
        if (settings is not null && AuditChecks.Settings(settings, sought, "the run names none").ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        var opened = new LoadedRun(folder, sought);
        try
        {
            opened.Load(folder.Run, reading, cancel);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private void Load(RunRecord run, IReadingObserver? reading, CancellationToken cancel)
    {
        Model = TrainedModel.Load(Folder.Path, Compute.Device);
        Prepared = Preflight.Check(run.Config, forgets: run.Command == "unlearn", reading, hasBegun: true, cancel);
        Compute.UseThreads(run.Config.Training.Threads);
        if (Prepared.Table.Fingerprint != run.Data.Fingerprint)
            throw new InvalidInputException(
                Folder.Path,
                "its data set has changed since training",
                "Bring back the files it was trained on, or train again"
            );
        if (
            AuditChecks
                .Columns(
                    Prepared.Table.Columns,
                    Prepared.Table[Model.Description.Task],
                    Attributes,
                    Prepared.Table.Rows(Part.Test),
                    $"data set {Prepared.Table.Name}"
                )
                .ToArray() is
            { Length: > 0 } unusable
        )
            throw new InvalidInputException(unusable);
        // Shared images are computed from those that the model was trained on.
        _removal = Removals.Of(Prepared, reading, training: null, cancel);
        if (_removal?.Result.Fingerprint != run.AttentionRemoval?.Fingerprint)
            throw new InvalidInputException(
                Folder.Path,
                "its images without the removed area are gone from the cache, and came out otherwise when they were made again",
                "Audit on the machine it was trained on and with the same `TrainingSettings.Threads`, or train again"
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _removal?.Dispose();
        Prepared?.Dispose();
        Model?.Dispose();
    }
}
