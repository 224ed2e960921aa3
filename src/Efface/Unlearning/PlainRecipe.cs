using Efface.Detachment;
using Efface.Models;
using Efface.Records;

namespace Efface.Unlearning;

/// <summary>A way to forget with plain training: the forgetting is done before or after it.</summary>
public abstract record PlainRecipe : Recipe
{
    /// <summary>before or after.</summary>
    protected abstract string When { get; }

    /// <inheritdoc/>
    protected override string Ignores => $"recipe {Name} trains a model that forgets nothing; what forgets is done {When} it";

    /// <inheritdoc/>
    public override LossWeights Weights { get; } = new(0, 1, 0);

    /// <inheritdoc/>
    public override bool CutsInside(string? asked) => false;

    /// <inheritdoc/>
    public override Recipe With(RecipeSettings asked) => this;

    /// <inheritdoc/>
    public override IEnumerable<Problem> Check(RunConfig config)
    {
        const string Choose = "Leave it out, or choose another recipe";
        if (config.Model.Split is { } split && split != StagedNetwork.Embedding)
            yield return new Problem($"`ModelSettings.Split` {split}", $"recipe {Name} works at the embedding", Choose);
        if (config.Training.Schedule is { } schedule)
            yield return new Problem($"`TrainingSettings.Schedule` {Setting.Text(schedule)}", Ignores, Choose);
        if (config.Training.Probe is { } probe)
            yield return new Problem($"`TrainingSettings.Probe` {probe}", Ignores, Choose);
    }
}
