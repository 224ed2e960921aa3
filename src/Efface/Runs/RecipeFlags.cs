using Efface.Baselines;
using Efface.Detachment;
using Efface.Models;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>What flags mean to some recipes and not to others.</summary>
internal static class RecipeFlags
{
    /// <summary>What is wrong with the flags for this recipe, each with its remedy.</summary>
    public static IEnumerable<Problem> Check(RunConfig config, Recipe recipe)
    {
        if (recipe.IsDiscrete && config.Split is not (null or DiscreteBottleneck.Assignment))
            yield return new Problem($"--split {config.Split}", $"recipe {recipe.Name} splits behind its own bottleneck", "Leave --split out, or choose --recipe paper");
        if (config is { Retention: not null, Retain.Count: 0 })
            yield return new Problem($"--retention {config.Retention}", "nothing is to be retained", "Give --retain COLS as well");
        if (config is { Distillation: > 0, From: null })
            yield return new Problem($"--distil {config.Distillation}", "from scratch there is no trained model whose embedding the code could carry", "Give --from the run folder of a trained model, or leave it out");
        if (!recipe.IsDiscrete)
        {
            if (config.Retain.Count > 0)
                yield return new Problem($"--retain {string.Join(',', config.Retain)}", $"recipe {recipe.Name} has no code that could keep it", "Leave it out, or choose --recipe strict");
            if (config.Distillation > 0)
                yield return new Problem($"--distil {config.Distillation}", $"recipe {recipe.Name} has no code that could carry an embedding", "Leave it out, or choose --recipe strict");
        }
        foreach (var problem in recipe.TrainsPlainly ? OfPlainTraining(config, recipe) : []) yield return problem;
    }

    /// <summary>What is taken out of the images: what the flags say, or the area of what is forgotten where the recipe is to remove it.</summary>
    public static AttentionRemovalSettings? Removal(RunConfig config)
    {
        if (Recipes.All.FirstOrDefault(recipe => recipe.Name == config.Recipe)?.Kind != DetachmentKind.AttentionRemoval) return config.AttentionRemoval;
        var asked = config.AttentionRemoval ?? new AttentionRemovalSettings();
        return asked.Attributes.Count > 0 ? asked : asked with { Attributes = config.Forget };
    }

    private static IEnumerable<Problem> OfPlainTraining(RunConfig config, Recipe recipe)
    {
        var (trains, choose) = ($"recipe {recipe.Name} trains a model that forgets nothing; what forgets is done {(recipe.ClosesModel ? "after" : "before")} it", "Leave it out, or choose another recipe");
        if (config.Split is { } split && split != StagedNetwork.Embedding) yield return new Problem($"--split {split}", $"recipe {recipe.Name} works at the embedding", choose);
        if (config.Lambda is { } lambda) yield return new Problem($"--lambda {string.Join(',', lambda)}", trains, choose);
        if (config.Objective is { } objective) yield return new Problem($"--objective {objective}", trains, choose);
        if (config.Schedule is { } schedule) yield return new Problem($"--schedule {schedule}", trains, choose);
        if (config.Probe is { } probe) yield return new Problem($"--probe {probe}", trains, choose);
        if (config.From is null) yield break;
        if (recipe.Kind == DetachmentKind.AttentionRemoval)
            yield return new Problem($"--from {config.From}", $"recipe {recipe.Name} trains from scratch: a model that has seen the whole images knows what was removed", "Leave --from out");
        else if (config.Epochs is { } epochs)
            yield return new Problem($"--epochs {epochs}", $"recipe {recipe.Name} learns nothing more from a trained model", "Leave it out, or leave --from out");
    }
}
