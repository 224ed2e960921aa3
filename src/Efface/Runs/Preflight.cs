using Efface.Data;
using Efface.Data.Reading;
using Efface.Data.Sources;
using Efface.Detachment;
using Efface.Models.Architectures;
using Efface.Records;
using Efface.Unlearning;

namespace Efface.Runs;

/// <summary>Everything that a run needs, after all checks.</summary>
/// <param name="Table">With train, validation and test; cut to the limit.</param>
/// <param name="Labels">The task and the attributes, with their joint tables.</param>
/// <param name="Recipe">With the user's own λ, objective and bits; null for plain training.</param>
/// <param name="Config">With the defaults of the data set and the command for values that the user did not give.</param>
/// <param name="Report">Rows that were skipped, and other findings.</param>
internal sealed record Prepared(ImageTable Table, TaskAndAttributes Labels, Recipe? Recipe, RunConfig Config, DataReport Report)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Table.Dispose();
}

/// <summary>Finds everything that is wrong with the input before the first epoch, all at once.</summary>
internal static class Preflight
{
    // Not the run's seed, and only strata of the task: a run that starts --from another must hold out the same images, or it would be
    // validated on the other's training images.
    private const int DataSeed = 0;

    /// <summary>Checks the settings, reads the data, checks the columns.</summary>
    /// <param name="config">The user's settings.</param>
    /// <param name="forgets">Whether attributes are to be forgotten, so that they must exist and be forgettable.</param>
    /// <param name="observer">Receives the progress of decoding.</param>
    /// <param name="hasBegun">Whether it is the configuration of an existing run: settings that its recipe ignored are ignored
    /// again.</param>
    /// <param name="cancel">Stops decoding early.</param>
    /// <exception cref="InvalidInputException">Every problem found.</exception>
    public static Prepared Check(
        RunConfig config,
        bool forgets,
        IReadingObserver? observer = null,
        bool hasBegun = false,
        CancellationToken cancel = default
    )
    {
        var complete = Complete(config, forgets, needsTask: true, hasBegun);
        var (table, report) = Read(complete, observer, cancel);
        try
        {
            var labels = TaskAndAttributes.Of(
                table,
                table[complete.Data.Task!],
                [.. complete.Recipe.Forget.Select(name => table[name])]
            ) with
            {
                Retained = [.. complete.Recipe.Retain.Select(name => table[name])],
            };
            CheckClasses(labels, [.. complete.AttentionRemoval?.Attributes.Select(name => table[name]) ?? []], table, complete, forgets);
            if (complete.Model is { Stem: null, From: null })
                complete = complete with
                {
                    Model = complete.Model with { Stem = Backbones.DefaultStem(complete.Model.Name, table.Shape[1]) },
                };
            report = report with { Findings = [.. report.Findings, .. LabelFindings.Of(table, labels.Task, labels.Attributes)] };
            return new Prepared(
                table,
                labels,
                forgets ? Recipes.Named(complete.Recipe.Name).With(complete.Recipe) : null,
                complete,
                report
            );
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>Checks only the settings.</summary>
    /// <exception cref="InvalidInputException">Every problem found.</exception>
    public static void CheckSettings(RunConfig config, bool forgets) => Complete(config, forgets, needsTask: true, hasBegun: false);

    /// <summary>Checks the settings and reads the data, with or without a task.</summary>
    /// <exception cref="InvalidInputException">Every problem found.</exception>
    public static ReadData Look(RunConfig config, IReadingObserver? observer = null, CancellationToken cancel = default) =>
        Read(Complete(config, forgets: false, needsTask: false, hasBegun: false), observer, cancel);

    private static ReadData Read(RunConfig config, IReadingObserver? observer, CancellationToken cancel) =>
        DataReader.Read(
            DataSources.Find(config.Data.Name)!,
            config.Data with
            {
                Attributes = [.. config.Recipe.Forget, .. config.Recipe.Retain, .. config.AttentionRemoval?.Attributes ?? []],
                Seed = DataSeed,
            },
            [.. Names(config)],
            observer,
            cancel
        );

    private static RunConfig Complete(RunConfig config, bool forgets, bool needsTask, bool hasBegun)
    {
        var recipe = Recipes.Find(config.Recipe.Name);
        List<Problem> problems =
        [
            .. config.Check(),
            .. recipe is null ? [Recipes.Unknown("`RecipeSettings.Name`", config.Recipe.Name)]
            : !forgets ? []
            : hasBegun ? recipe.Check(config)
            : recipe.Meaningless(config).Concat(recipe.Check(config)),
            .. BlockChoice.Check(config, forgets, recipe),
            // An audit of a run needs its model, not what that started from.
            .. hasBegun ? [] : StartingModel.Check(config.Model),
        ];
        if (DataSources.Find(config.Data.Name) is { } source)
        {
            config = config with
            {
                Data = config.Data with { Task = config.Data.Task ?? source.Task },
                Recipe = config.Recipe with
                {
                    Forget =
                        config.Recipe.Forget.Count > 0 ? config.Recipe.Forget
                        : source.Attribute is { } usual && (forgets || config.Data.Task is null) ? [usual]
                        : [],
                },
            };
            if (forgets)
                config = recipe?.Complete(config) ?? config;
            if (needsTask && config.Data.Task is null)
                problems.Add(
                    new Problem(
                        "`DataOptions.Task`",
                        $"missing: data set {source.Name} has no usual task",
                        "Name the column that the model is for; efface data inspect lists the columns"
                    )
                );
            if (forgets && config.Recipe.Forget.Count == 0)
                problems.Add(
                    new Problem(
                        "`RecipeSettings.Forget`",
                        $"missing: data set {source.Name} has no usual attribute",
                        "Name the columns to forget"
                    )
                );
        }
        return problems.Count == 0 ? config : throw new InvalidInputException(problems);
    }

    private static IEnumerable<Problem> Names(RunConfig config)
    {
        var (task, removed) = (config.Data.Task, config.AttentionRemoval?.Attributes ?? []);
        foreach (var problem in config.Recipe.CheckColumns(task))
            yield return problem;
        if (task is not null && removed.Contains(task))
            yield return new Problem(
                $"`AttentionRemovalSettings.Attributes` {task}",
                "is the task itself",
                "Remove the area of another column, or choose another task"
            );
        foreach (var problem in Problem.NamedTwice("`AttentionRemovalSettings.Attributes`", removed, "attribute"))
            yield return problem;
    }

    private static void CheckClasses(
        TaskAndAttributes labels,
        IReadOnlyList<Column> removed,
        ImageTable table,
        RunConfig config,
        bool forgets
    )
    {
        var problems = PartChecks.Of(table, labels.Loaded.Prepend(labels.Task).Union(removed), config).ToList();
        if (forgets && problems.Count == 0)
            foreach (var joint in labels.Joints.Where(joint => joint.TaskDeterminesAttribute))
                problems.Add(
                    new Problem(
                        $"`RecipeSettings.Forget` {joint.Attribute.Name}",
                        $"task {joint.Task.Name} determines it: whoever keeps the task keeps the attribute",
                        "Nothing can be forgotten here; choose another task or attribute"
                    )
                );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }
}
