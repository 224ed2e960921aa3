using Efface.Detachment;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>A data set with what the model is for and what is to be forgotten.</summary>
/// <param name="Name">A name of the data sources.</param>
/// <param name="Root">Where its files are; null for drawn faces.</param>
/// <param name="Task">y.</param>
/// <param name="Attributes">Every z.</param>
public sealed record ExperimentData(string Name, string? Root, string Task, IReadOnlyList<string> Attributes)
{
    /// <summary>Names what is forgotten, in the names of cells.</summary>
    public string Attribute => string.Join('+', Attributes);
}

/// <summary>The cells of a comparison: every way to forget, from the same trained model, for each seed.</summary>
public static class ExperimentMethods
{
    /// <summary>The model before unlearning: baseline 1.</summary>
    public const string Before = "before";

    private const string Trained = "trained";

    /// <summary>The cell of one method.</summary>
    /// <param name="data">With what is forgotten.</param>
    /// <param name="model">The network.</param>
    /// <param name="method">A recipe, or <see cref="Before"/>.</param>
    /// <param name="seed">Of the training.</param>
    /// <param name="scale">How long and on what.</param>
    public static ExperimentCell Cell(ExperimentData data, string model, string method, int seed, ExperimentScale scale)
    {
        var recipe = method == Before ? null : Recipes.Named(method);
        var fromModel = recipe is { Kind: not DetachmentKind.AttentionRemoval };
        return new ExperimentCell
        {
            Name = NameOf(data, model, method, seed),
            Forgets = recipe is not null,
            From = fromModel ? NameOf(data, model, Before, seed) : null,
            CopyOf = recipe is null ? NameOfTrained(data, model, seed) : null,
            Attributes = data.Attributes,
            Audit = scale.Audit,
            Config = new RunConfig
            {
                Data = data.Name,
                Root = data.Root,
                Task = data.Task,
                Forget = recipe is null ? [] : data.Attributes,
                Model = model,
                Stem = scale.Stem,
                Width = scale.Width,
                Size = scale.Size,
                Limit = scale.Limit,
                Batch = scale.Batch,
                Threads = scale.Threads,
                Reading = scale.Reading,
                Recipe = method == Before ? new RunConfig().Recipe : method,
                Epochs = recipe is { ClosesModel: true } ? null : fromModel ? scale.EpochsFromModel : scale.Epochs,
                Seed = seed,
            },
        };
    }

    /// <summary>The cell that trains the model before, which knows nothing of what will be forgotten: all attributes have the same.</summary>
    public static ExperimentCell Training(ExperimentData data, string model, int seed, ExperimentScale scale)
        => Cell(data, model, Before, seed, scale) with { Name = NameOfTrained(data, model, seed), CopyOf = null, Attributes = [] };

    /// <summary>A cell's name.</summary>
    public static string NameOf(ExperimentData data, string model, string method, int seed) => $"{data.Name}-{data.Attribute}-{model}-{method}-{seed}";

    /// <summary>All methods of a data set and network, each behind those that it needs.</summary>
    public static IEnumerable<ExperimentCell> Cells(ExperimentData data, string model, ExperimentScale scale)
        => from seed in Enumerable.Range(0, scale.Seeds)
           from cell in scale.Recipes.Prepend(Before).Select(method => Cell(data, model, method, seed, scale)).Prepend(Training(data, model, seed, scale))
           select cell;

    /// <summary>A row for each method and attribute, and for all attributes at once where there are several.</summary>
    public static IEnumerable<MethodRow> Rows(ExperimentData data, string model, ExperimentScale scale, IReadOnlyDictionary<string, RunFolder> runs)
        => from read in data.Attributes.Append(data.Attribute).Distinct()
           from method in scale.Recipes.Prepend(Before)
           select MethodRow.Of(method, [.. Enumerable.Range(0, scale.Seeds).Select(seed => runs[NameOf(data, model, method, seed)])], read);

    private static string NameOfTrained(ExperimentData data, string model, int seed) => $"{data.Name}-{model}-{Trained}-{seed}";
}
