using System.Text.Json;
using Efface.Records;

namespace Efface.Runs.Experiments;

/// <summary>Hears how far an experiment is.</summary>
internal interface IExperimentObserver : IDemoObserver
{
    /// <summary>A cell begins.</summary>
    /// <param name="cell">Its name.</param>
    /// <param name="done">How many are finished.</param>
    /// <param name="total">How many there are.</param>
    void OnCell(string cell, int done, int total);
}

/// <summary>Runs what is missing of some cells.</summary>
internal static class Experiment
{
    /// <summary>
    /// Everything that is wrong with any cell, before the first of them trains: each data set is read once for each way it is asked for.
    /// </summary>
    /// <param name="cells">All cells.</param>
    /// <param name="folder">Where they stand.</param>
    /// <param name="observer">Hears while images are decoded.</param>
    /// <param name="cancel">Ends the decoding early.</param>
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

    /// <summary>Runs what is missing, so many cells side by side, each after those that it needs.</summary>
    /// <param name="cells">Each behind those that it needs.</param>
    /// <param name="folder">Where they stand.</param>
    /// <param name="jobs">How many at once.</param>
    /// <param name="run">Runs one; called from several threads where there are several jobs.</param>
    /// <param name="observer">Hears of each.</param>
    /// <param name="cancel">Starts no further one, and ends those at work.</param>
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

    // What decides how the data are read.
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
