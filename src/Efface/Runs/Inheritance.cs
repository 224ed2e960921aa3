using Efface.Data.Sources;
using Efface.Records;

namespace Efface.Runs;

/// <summary>What a run takes over from the one it starts from.</summary>
internal static class Inheritance
{
    /// <summary>The data and the network of a trained run; the new run has its own training settings.</summary>
    /// <exception cref="InvalidInputException">It is not a run folder.</exception>
    public static RunConfig ForUnlearning(string from)
    {
        var trained = RunFolder.Open(from).Run.Config;
        // A missing value stays missing: it must not create its group.
        return Settings
            .Of<RunConfig>()
            .Where(setting => setting.IsInherited && setting.In(trained) is not null)
            .Aggregate(new RunConfig { Model = new ModelSettings { From = from } }, (config, setting) =>
                setting.With(config, setting.In(trained))
            );
    }

    /// <summary>Task and attributes, by default those of the data set.</summary>
    public static (string? Task, IReadOnlyList<string> Forget) UsualColumns(RunConfig config)
    {
        var source = DataSources.Find(config.Data.Name);
        return (
            config.Data.Task ?? source?.Task,
            config.Recipe.Forget.Count > 0 || source?.Attribute is not { } usual ? config.Recipe.Forget : [usual]
        );
    }
}
