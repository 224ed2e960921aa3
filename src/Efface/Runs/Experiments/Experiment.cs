using System.Text.Json;
using Efface.Records;

namespace Efface.Runs.Experiments;

/// <summary>Receives the progress of an experiment.</summary>
internal interface IExperimentObserver : IDemoObserver
{
    /// <summary>Called at the start of a cell.</summary>
    /// <param name="cell">Its name.</param>
    /// <param name="done">The number finished.</param>
    /// <param name="total">The total number.</param>
    void OnCell(string cell, int done, int total);
}

/// <summary>Runs the missing cells of an experiment.</summary>
internal static class Experiment
{
    /// <summary>
    /// Finds everything that is wrong with any cell before the first one trains: each data set is read once for each way to read it.
    /// </summary>
    /// <param name="cells">All cells.</param>
    /// <param name="folder">Where they are stored.</param>
    /// <param name="observer">Receives the progress of decoding.</param>
    /// <param name="cancel">Stops decoding early.</param>
    /// <exception cref="InvalidInputException">Every problem of every cell.</exception>
    public static void Check(
        IReadOnlyList<ExperimentCell> cells,
        ExperimentFolder folder,
        IExperimentObserver? observer,
        CancellationToken cancel
    )
    {
        var problems = new List<Problem>();
        var missing = cells.Where(cell => folder.Finished(cell) is null).ToList();
        foreach (var cell in missing)
        {
            Collect(() => Preflight.CheckSettings(folder.ConfigOf(cell), cell.Forgets));
            if (cell.Attributes.Count > 0)
                problems.AddRange(AuditChecks.Settings(cell.Audit, cell.Attributes, "").Except(problems));
        }
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
        foreach (
            var group in cells
                .GroupBy(cell => (cell.Forgets, AsRead(cell.Config)))
                .Where(group => group.Any(cell => missing.Contains(cell) || folder.ReadsElsewhere(cell)))
        )
            Collect(() =>
            {
                using var prepared = Preflight.Check(folder.ConfigOf(group.First()), group.Key.Forgets, observer, cancel: cancel);
                var fingerprint = prepared.Table.Fingerprint;
                problems.AddRange(
                    group
                        .Select(folder.Standing)
                        .OfType<RunFolder>()
                        .Select(run => Resumption.OtherData(run.Run, fingerprint, run.Path))
                        .OfType<Problem>()
                );
            });
        if (problems.Count > 0)
            throw new InvalidInputException(problems);

        void Collect(Action check)
        {
            try
            {
                check();
            }
            catch (InvalidInputException invalid)
            {
                problems.AddRange(invalid.Problems.Except(problems));
            }
        }
    }

    /// <summary>Runs the missing cells, some in parallel, each after those that it needs.</summary>
    /// <param name="cells">Each after those that it needs.</param>
    /// <param name="folder">Where they are stored.</param>
    /// <param name="jobs">The number of cells in parallel.</param>
    /// <param name="run">Runs one; called from several threads if there are several jobs.</param>
    /// <param name="observer">Receives the progress of each.</param>
    /// <param name="cancel">Starts no further cell, and stops those at work.</param>
    /// <returns>The folder of each cell, by name.</returns>
    public static async Task<IReadOnlyDictionary<string, RunFolder>> Run(
        IReadOnlyList<ExperimentCell> cells,
        ExperimentFolder folder,
        int jobs,
        Func<ExperimentCell, CancellationToken, Task> run,
        IExperimentObserver observer,
        CancellationToken cancel
    )
    {
        foreach (var cell in cells)
            folder.Follow(cell);
        var waiting = cells.Where(cell => folder.Finished(cell) is null).ToList();
        var atWork = new Dictionary<Task, ExperimentCell>();
        while (waiting.Count > 0 || atWork.Count > 0)
        {
            while (atWork.Count < jobs && !cancel.IsCancellationRequested && waiting.FirstOrDefault(CanStart) is { } next)
            {
                waiting.Remove(next);
                observer.OnCell(next.Name, cells.Count - waiting.Count - atWork.Count - 1, cells.Count);
                atWork.Add(run(next, cancel), next);
            }
            if (atWork.Count == 0)
                break;
            var ended = await Task.WhenAny(atWork.Keys).ConfigureAwait(false);
            atWork.Remove(ended);
            try
            {
                await ended.ConfigureAwait(false);
            }
            catch
            {
                await Task.WhenAll(atWork.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
        }
        cancel.ThrowIfCancellationRequested();
        return cells.ToDictionary(cell => cell.Name, cell => RunFolder.Open(folder.PathOf(cell.Name)));

        bool CanStart(ExperimentCell cell) => !waiting.Concat(atWork.Values).Any(other => cell.After.Contains(other.Name));
    }

    // The settings that decide how the data are read.
    private static string AsRead(RunConfig config) =>
        JsonSerializer.Serialize(
            new RunConfig
            {
                Data = config.Data,
                Recipe = new RecipeSettings { Forget = config.Recipe.Forget, Retain = config.Recipe.Retain },
            },
            RunFolder.Json
        );
}
