using Efface.Data.Sources;
using Efface.Records;

namespace Efface.Runs;

/// <summary>What a run that starts from another takes over.</summary>
internal static class Inheritance
{
    /// <summary>The data and the network of a trained run; how to train is the new run's own.</summary>
    /// <exception cref="InvalidInputException">It is no run folder.</exception>
    public static RunConfig ForUnlearning(string from)
    {
        var trained = RunFolder.Open(from).Run.Config;
        // A value that is not there stays so: it must not call its group into being.
        return Settings
            .Of<RunConfig>()
            .Where(setting => setting.IsInherited && setting.In(trained) is not null)
            .Aggregate(new RunConfig { Model = new ModelSettings { From = from } }, (config, setting) =>
                setting.With(config, setting.In(trained))
            );
    }

    /// <summary>Task and attributes, where nobody says otherwise the data set's usual ones.</summary>
    public static (string? Task, IReadOnlyList<string> Forget) UsualColumns(RunConfig config)
    {
        var source = DataSources.Find(config.Data.Name);
        return (
            config.Data.Task ?? source?.Task,
            config.Recipe.Forget.Count > 0 || source?.Attribute is not { } usual ? config.Recipe.Forget : [usual]
        );
    }
}
