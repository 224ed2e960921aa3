using Efface.Auditing;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Records;
using Efface.Unlearning;

namespace Efface.Runs;

/// <summary>What is wrong with a run on vectors, each with its remedy.</summary>
internal static class ErasingChecks
{
    /// <summary>What can be found before anything is read.</summary>
    public static IEnumerable<Problem> OfSettings(RunConfig config, EraserOptions options, AuditSettings? audit)
    {
        var recipe = Recipes.Find(config.Recipe.Name);
        if (recipe is null)
            yield return Recipes.Unknown("`RecipeSettings.Name`", config.Recipe.Name);
        else if (!recipe.IsForVectors)
            yield return new Problem(
                $"`RecipeSettings.Name` {recipe.Name}",
                "trains a network on images: it cannot be fitted on vectors",
                $"Choose {string.Join(", ", Recipes.All.Where(other => other.IsForVectors).Select(other => other.Name))}"
            );
        else
            foreach (var problem in recipe.Meaningless(config))
                yield return problem;
        if (recipe is PredictionOnly && config.Data.Task is null)
            yield return new Problem("`DataOptions.Task`", "missing: without a task there is no decision", "Name the task's column");
        if (config.Recipe.Forget.Count == 0)
            yield return new Problem(
                "`RecipeSettings.Forget`",
                "missing",
                "Name the columns to forget, such as `RecipeSettings.Forget` sex"
            );
        foreach (
            var problem in config
                .Recipe.CheckColumns(config.Data.Task)
                .Concat(config.Recipe.Check())
                .Concat(Settings.Of<EraserOptions>().SelectMany(setting => setting.Check(options)))
        )
            yield return problem;
        foreach (var problem in audit?.Check() ?? [])
            yield return problem;
    }

    /// <summary>What the rows cannot carry.</summary>
    public static IEnumerable<Problem> OfRows(VectorTable table, Column? task, IReadOnlyList<Column> attributes, EraserOptions options)
    {
        if (table.Values.dtype == TorchSharp.torch.ScalarType.Int64)
            yield return new Problem("vectors", "are codes: nothing can be taken out of a code", "Give the vectors that they were made of");
        var rows = LabelledRows.Labels(table, table.Rows(Part.Train), task, attributes);
        foreach (var problem in rows.TooFew())
            yield return problem;
        if (options.Directions is { } asked && Directions.Carried(rows) is var carried && asked > carried)
            yield return new Problem(
                $"`EraserOptions.Directions` {asked}",
                $"the training rows of the rarest class can carry {carried:N0}",
                $"Give {carried:N0} or fewer, or more rows"
            );
    }
}
