using Efface.Data.Sources;
using Efface.Records;
using Efface.Unlearning;

namespace Efface.Runs.Experiments;

/// <summary>A data set with its task and the attributes to forget.</summary>
/// <param name="Name">A name of the data sources.</param>
/// <param name="Root">The folder of its files; null for drawn faces.</param>
/// <param name="Task">y.</param>
/// <param name="Attributes">Every z.</param>
internal sealed record ExperimentData(string Name, string? Root, string Task, IReadOnlyList<string> Attributes)
{
    /// <summary>The name of the forgotten attributes in names of cells.</summary>
    public string Attribute => string.Join('+', Attributes);
}

/// <summary>The cells of a comparison: every way to forget, from the same trained model, for each seed.</summary>
internal static class ExperimentMethods
{
    /// <summary>The model before unlearning: baseline 1.</summary>
    public const string Before = "before";

    private const string Trained = "trained";

    // The model before, cut where a recipe cuts it.
    private const string BeforeAs = $"{Before}-as-";

    /// <summary>The cell of one method.</summary>
    /// <param name="data">The data, with the attributes to forget.</param>
    /// <param name="model">The network.</param>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="seed">The seed of training.</param>
    /// <param name="scale">How long to train, and on what.</param>
    public static ExperimentCell Cell(ExperimentData data, string model, string method, int seed, ExperimentScale scale)
    {
        var cutAs = method.StartsWith(BeforeAs, StringComparison.Ordinal) ? Cut(method[BeforeAs.Length..]) : null;
        var recipe = method == Before || cutAs is not null ? null : Recipes.Named(method);
        var fromModel = recipe is { TakesModel: true };
        return new ExperimentCell
        {
            Name = NameOf(data, model, method, seed),
            Forgets = recipe is not null,
            From = fromModel ? NameOf(data, model, Before, seed) : null,
            CopyOf = recipe is null ? NameOfTrained(data, model, seed) : null,
            CutAs = cutAs,
            Before = fromModel && recipe!.CutsInside(null) ? NameOf(data, model, BeforeAs + method, seed) : null,
            Attributes = data.Attributes,
            Audit = scale.Audit,
            Config = new RunConfig
            {
                Data = new DataOptions
                {
                    Name = data.Name,
                    Root = data.Root,
                    Task = data.Task,
                    Size = scale.Size,
                    Limit = scale.Limit,
                    Reading = scale.Reading,
                },
                Model = new ModelSettings
                {
                    Name = model,
                    Stem = scale.Stem,
                    Width = scale.Width,
                },
                Recipe = recipe is null ? new RecipeSettings() : new RecipeSettings { Name = recipe.Name, Forget = data.Attributes },
                Training = new TrainingSettings
                {
                    Batch = scale.Batch,
                    Threads = scale.Threads,
                    Epochs =
                        recipe is { LearnsFromModel: false } ? null
                        : fromModel ? scale.EpochsFromModel
                        : scale.Epochs,
                    Seed = seed,
                },
            },
        };

        static RunConfig Cut(string recipe) => new() { Recipe = new RecipeSettings { Name = recipe } };
    }

    /// <summary>The cell that trains the model before, which does not depend on what will be forgotten: all attributes share it.</summary>
    public static ExperimentCell Training(ExperimentData data, string model, int seed, ExperimentScale scale) =>
        Cell(data, model, Before, seed, scale) with
        {
            Name = NameOfTrained(data, model, seed),
            CopyOf = null,
            Attributes = [],
        };

    /// <summary>A cell's name.</summary>
    public static string NameOf(ExperimentData data, string model, string method, int seed) =>
        $"{data.Name}-{data.Attribute}-{model}-{method}-{seed}";

    /// <summary>Every method of a comparison: the model before, and the recipes.</summary>
    public static IEnumerable<string> Methods(ExperimentScale scale) => BeforeMethods(scale.Recipes).Concat(scale.Recipes);

    /// <summary>
    /// The model before, and, for each recipe that releases an earlier stage than the embedding, the same model read there.
    /// </summary>
    public static IEnumerable<string> BeforeMethods(IEnumerable<string> recipes) =>
        recipes.Where(name => Recipes.Named(name).CutsInside(null)).Select(name => BeforeAs + name).Prepend(Before);

    /// <summary>Whether a row is about the model before unlearning, wherever it is read.</summary>
    public static bool IsBefore(string method) => method == Before || method.StartsWith($"{Before}, at ", StringComparison.Ordinal);

    /// <summary>The readable name of a method.</summary>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="run">One of its runs, which shows where the network is cut.</param>
    public static string Label(string method, RunFolder run) =>
        method.StartsWith(BeforeAs, StringComparison.Ordinal) ? $"{Before}, at {run.Run.Config.Model.Split}" : method;

    /// <summary>All methods of a data set and network, each after those that it needs.</summary>
    public static IEnumerable<ExperimentCell> Cells(ExperimentData data, string model, ExperimentScale scale) =>
        from seed in Enumerable.Range(0, scale.Seeds)
        from cell in Methods(scale).Select(method => Cell(data, model, method, seed, scale)).Prepend(Training(data, model, seed, scale))
        select cell;

    /// <summary>A row for each method and attribute, and for all attributes at once if there are several.</summary>
    public static IEnumerable<MethodRow> Rows(
        ExperimentData data,
        string model,
        ExperimentScale scale,
        IReadOnlyDictionary<string, RunFolder> runs
    ) =>
        from read in data.Attributes.Append(data.Attribute).Distinct()
        from method in Methods(scale)
        select Row(data, model, method, scale, runs, read);

    /// <summary>One row.</summary>
    public static MethodRow Row(
        ExperimentData data,
        string model,
        string method,
        ExperimentScale scale,
        IReadOnlyDictionary<string, RunFolder> runs,
        string? read = null
    )
    {
        RunFolder[] seeds = [.. Enumerable.Range(0, scale.Seeds).Select(seed => runs[NameOf(data, model, method, seed)])];
        return MethodRow.Of(Label(method, seeds[0]), seeds, read);
    }

    private static string NameOfTrained(ExperimentData data, string model, int seed) => $"{data.Name}-{model}-{Trained}-{seed}";
}
