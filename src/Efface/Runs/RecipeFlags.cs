using Efface.Reporting;
using Efface.Unlearning;

namespace Efface.Runs;

/// <summary>What is wrong with the flags of a run that forgets.</summary>
internal static class RecipeFlags
{
    /// <summary>Each with its remedy.</summary>
    public static IEnumerable<Problem> Check(RunConfig config, Recipe recipe)
    {
        foreach (var problem in recipe.Check(config))
            yield return problem;
        if (config is { Retention: { } retention, Retain.Count: 0 })
            yield return new Problem($"--retention {retention}", "nothing is to be retained", "Give --retain COLS as well");
        if (config is { Distillation: > 0 and var weight, From: null })
            yield return new Problem(
                $"--distil {weight}",
                "from scratch there is no trained model whose embedding the code could carry",
                "Give --from the run folder of a trained model, or leave it out"
            );
    }
}
