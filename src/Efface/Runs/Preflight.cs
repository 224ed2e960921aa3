using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Reporting;
using Efface.Training;
using Efface.Unlearning;

namespace Efface.Runs;

/// <summary>Everything that a run needs, after all that could be wrong has been looked at.</summary>
/// <param name="Table">With train, validation and test; cut to the limit.</param>
/// <param name="Labels">The task and the attributes, with their joint tables.</param>
/// <param name="Recipe">With the user's own λ, objective and bits; null for plain training.</param>
/// <param name="Config">With the data set's and the command's own values where the user gave none.</param>
/// <param name="Report">Rows that were skipped, and what else was found.</param>
public sealed record Prepared(ImageTable Table, TaskAndAttributes Labels, Recipe? Recipe, RunConfig Config, DataReport Report) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Table.Dispose();
}

/// <summary>Finds everything that is wrong with the input before the first epoch, all at once.</summary>
public static class Preflight
{
    // Not the run's seed, and strata of the task alone: a run that starts --from another must hold out the same images,
    // else it would be validated on what the other was trained on.
    private const int DataSeed = 0;

    /// <summary>Checks the flags, reads the data, checks the columns.</summary>
    /// <param name="config">What the user asked for.</param>
    /// <param name="forgets">Whether attributes are to be forgotten, so that they must be there and forgettable.</param>
    /// <param name="observer">Hears while images are decoded.</param>
    /// <param name="cancel">Ends the decoding early.</param>
    /// <exception cref="InvalidInputException">Every problem that was found.</exception>
    public static Prepared Check(RunConfig config, bool forgets, IReadingObserver? observer = null, CancellationToken cancel = default)
    {
        var (source, complete) = Complete(config, forgets, needsTask: true);
        var (table, report) = Read(source, complete, observer, cancel);
        try
        {
            var labels = TaskAndAttributes.Of(table, table[complete.Task!], [.. complete.Forget.Select(name => table[name])]) with
            {
                Retained = [.. complete.Retain.Select(name => table[name])],
            };
            CheckClasses(labels, [.. complete.AttentionRemoval?.Attributes.Select(name => table[name]) ?? []], table, complete, forgets);
            complete = complete with
            {
                Stem = complete.Stem ?? (complete.From is null ? Backbones.DefaultStem(table.ImageShape[1]) : null),
            };
            report = report with { Findings = [.. report.Findings, .. LabelFindings.Of(table, labels.Task, labels.Attributes)] };
            return new Prepared(table, labels, forgets ? Recipes.Named(complete.Recipe).With(complete) : null, complete, report);
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>Checks the flags alone.</summary>
    /// <exception cref="InvalidInputException">Every problem that was found.</exception>
    public static void CheckFlags(RunConfig config, bool forgets) => Complete(config, forgets, needsTask: true);

    /// <summary>Checks the flags and reads the data, with or without a task.</summary>
    /// <exception cref="InvalidInputException">Every problem that was found.</exception>
    public static ReadData Look(RunConfig config, IReadingObserver? observer = null, CancellationToken cancel = default)
    {
        var (source, complete) = Complete(config, forgets: false, needsTask: false);
        return Read(source, complete, observer, cancel);
    }

    private static ReadData Read(DataSource source, RunConfig config, IReadingObserver? observer, CancellationToken cancel) =>
        DataReader.Read(
            source,
            new DataOptions
            {
                Root = config.Root,
                Task = config.Task,
                Attributes = [.. config.Forget, .. config.Retain, .. config.AttentionRemoval?.Attributes ?? []],
                Size = config.Size,
                Limit = config.Limit,
                Seed = DataSeed,
                Correlation = config.Correlation,
                Reading = config.Reading,
            },
            [.. Names(config)],
            observer,
            cancel
        );

    private static (DataSource Source, RunConfig Config) Complete(RunConfig config, bool forgets, bool needsTask)
    {
        var problems = Flags(config, forgets).Concat(ReadingFlags.Check(config)).ToList();
        var source = DataSources.Find(config.Data);
        if (source is null)
            problems.Add(
                new Problem(
                    $"--data {config.Data}",
                    "no such data set",
                    $"Choose one of {string.Join(", ", DataSources.All.Select(known => known.Name))}"
                )
            );
        else
        {
            if (source.Layout is not null && config.Root is null)
                problems.Add(
                    new Problem("--root", $"missing: data set {source.Name} lies in files", $"Give the folder that holds {source.Layout}")
                );
            else if (source.Layout is not null && !Directory.Exists(config.Root))
                problems.Add(
                    new Problem(
                        $"--root {config.Root}",
                        File.Exists(config.Root) ? "is a file" : "no such folder",
                        $"Give the folder that holds {source.Layout}"
                    )
                );
            config = config with
            {
                Task = config.Task ?? source.Task,
                Forget =
                    config.Forget.Count > 0 ? config.Forget
                    : source.Attribute is { } usual && (forgets || config.Task is null) ? [usual]
                    : [],
            };
            if (forgets)
                config = Recipes.Find(config.Recipe)?.Complete(config) ?? config;
            if (needsTask && config.Task is null)
                problems.Add(
                    new Problem(
                        "--task",
                        $"missing: data set {source.Name} has no usual task",
                        "Name the column that the model is for; efface data inspect lists the columns"
                    )
                );
            if (forgets && config.Forget.Count == 0)
                problems.Add(
                    new Problem("--forget", $"missing: data set {source.Name} has no usual attribute", "Name the columns to forget")
                );
        }
        return problems.Count == 0 ? (source!, config) : throw new InvalidInputException(problems);
    }

    private static IEnumerable<Problem> Flags(RunConfig config, bool forgets)
    {
        foreach (
            var problem in Backbones.Validate(
                new BackboneOptions
                {
                    Model = config.Model,
                    Stem = config.Stem ?? Backbones.Stems[0],
                    Width = config.Width,
                    Classes = 2,
                }
            )
        )
            yield return problem;
        // Batches of two would leave a batch of one of an odd number of images, which has no batch statistics.
        foreach (
            var (flag, value, least) in new[]
            {
                ("--epochs", config.Epochs, 1),
                ("--batch", config.Batch, 3),
                ("--limit", config.Limit, 20),
                ("--size", config.Size, 16),
                ("--patience", config.Patience, 1),
                ("--threads", config.Threads, 1),
                ("--probe", config.Probe, 1),
                ("--checkpoint", config.CheckpointSeconds, 1),
            }
        )
            if (value < least)
                yield return new Problem($"{flag} {value}", $"below {least}", $"Give {least} or more");
        if (config.LearningRate is { } rate && !(rate > 0 && double.IsFinite(rate)))
            yield return new Problem($"--learning-rate {rate}", "not a finite number above 0", "Give a step size such as 0.1");
        if (config.Lambda is { } lambda && (lambda.Count != 3 || lambda.Any(value => !(value >= 0 && double.IsFinite(value)))))
            yield return new Problem(
                $"--lambda {string.Join(',', lambda)}",
                "not three numbers that are finite and 0 or more",
                "Give λ1,λ2,λ3, such as 2.5,1,5"
            );
        if (config.Objective is { } objective && !Enum.GetNames<AttributeObjective>().Contains(objective, StringComparer.OrdinalIgnoreCase))
            yield return new Problem(
                $"--objective {objective}",
                "no such objective",
                $"Choose one of {string.Join(", ", Enum.GetNames<AttributeObjective>()).ToLowerInvariant()}"
            );
        if (config.Bits is < 1 or > 12)
            yield return new Problem($"--bits {config.Bits}", "not a usable size", "Give 1 to 12 bits: 2 to 4,096 codes");
        var recipe = Recipes.Find(config.Recipe);
        if (recipe is null)
            yield return new Problem(
                $"--recipe {config.Recipe}",
                "no such recipe",
                $"Choose one of {string.Join(", ", Recipes.All.Select(known => known.Name))}"
            );
        if (config is { Steer: true, Probe: null })
            yield return new Problem("--steer", "follows what a probe finds, and there is none", "Give --probe 2, say");
        foreach (var (flag, weight) in new[] { ("--distil", config.Distillation), ("--retention", config.Retention) })
            if (weight is { } given && !(given >= 0 && double.IsFinite(given)))
                yield return new Problem($"{flag} {given}", "not a finite number of 0 or more", "Give a weight such as 1, or 0 for none");
        if (forgets && recipe is not null)
            foreach (var problem in RecipeFlags.Check(config, recipe))
                yield return problem;
        if (!Enum.GetNames<Precision>().Contains(config.Precision, StringComparer.OrdinalIgnoreCase))
            yield return new Problem($"--precision {config.Precision}", "no such precision", "Choose fp32 or bf16");
        foreach (var problem in BlockChoice.Flags(config, forgets, recipe))
            yield return problem;
        foreach (var problem in Removals.Flags(config))
            yield return problem;
    }

    private static IEnumerable<Problem> Names(RunConfig config)
    {
        if (config.Task is { } task && config.Forget.Contains(task))
            yield return new Problem($"--forget {task}", "is the task itself", "Forget another column, or choose another task");
        foreach (
            var problem in Problem
                .NamedTwice("--forget", config.Forget, "attribute")
                .Concat(Problem.NamedTwice("--retain", config.Retain, "attribute"))
        )
            yield return problem;
        foreach (var name in config.Retain.Where(name => name == config.Task || config.Forget.Contains(name)))
            yield return new Problem(
                $"--retain {name}",
                name == config.Task ? "is the task itself, which is kept anyway" : "is to be forgotten",
                "Retain another column"
            );
        foreach (var problem in Removals.Names(config))
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
                        $"--forget {joint.Attribute.Name}",
                        $"task {joint.Task.Name} determines it: whoever keeps the task keeps the attribute",
                        "Nothing can be forgotten here; choose another task or attribute"
                    )
                );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }
}
