using Efface.Data;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>What a run that starts from another takes over.</summary>
public static class Inheritance
{
    /// <summary>The data and the network of a trained run; how to train is the new run's own.</summary>
    /// <exception cref="InvalidInputException">It is no run folder.</exception>
    public static RunConfig ForUnlearning(string from)
    {
        var trained = RunFolder.Open(from).Run.Config;
        return new RunConfig
        {
            Data = trained.Data,
            Root = trained.Root,
            Task = trained.Task,
            Forget = trained.Forget,
            Model = trained.Model,
            Stem = trained.Stem,
            Width = trained.Width,
            Size = trained.Size,
            Limit = trained.Limit,
            Batch = trained.Batch,
            Threads = trained.Threads,
            Reading = trained.Reading,
            Correlation = trained.Correlation,
            AttentionRemoval = trained.AttentionRemoval,
            From = from,
        };
    }

    /// <summary>Task and attributes, where nobody says otherwise the data set's usual ones.</summary>
    public static (string? Task, IReadOnlyList<string> Forget) UsualColumns(RunConfig config)
    {
        var source = DataSources.Find(config.Data);
        return (config.Task ?? source?.Task, config.Forget.Count > 0 || source?.Attribute is not { } usual ? config.Forget : [usual]);
    }
}
