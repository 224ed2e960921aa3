using Efface.Detachment;
using Efface.Models;
using Efface.Reporting;

namespace Efface.Unlearning;

/// <summary>A way to forget beside which a model is trained that forgets nothing: what forgets is done before or after training.</summary>
public abstract record PlainRecipe : Recipe
{
    /// <summary>before or after.</summary>
    protected abstract string When { get; }

    /// <inheritdoc/>
    public override LossWeights Weights { get; } = new(0, 1, 0);

    /// <inheritdoc/>
    public override bool CutsInside(string? asked) => false;

    /// <inheritdoc/>
    public override Recipe With(RunConfig config) => this;

    /// <inheritdoc/>
    public override IEnumerable<Problem> Check(RunConfig config)
    {
        const string Choose = "Leave it out, or choose another recipe";
        var trains = $"recipe {Name} trains a model that forgets nothing; what forgets is done {When} it";
        foreach (var problem in base.Check(config))
            yield return problem;
        if (config.Split is { } split && split != StagedNetwork.Embedding)
            yield return new Problem($"--split {split}", $"recipe {Name} works at the embedding", Choose);
        if (config.Lambda is { } lambda)
            yield return new Problem($"--lambda {string.Join(',', lambda)}", trains, Choose);
        if (config.Objective is { } objective)
            yield return new Problem($"--objective {objective}", trains, Choose);
        if (config.Schedule is { } schedule)
            yield return new Problem($"--schedule {schedule}", trains, Choose);
        if (config.Probe is { } probe)
            yield return new Problem($"--probe {probe}", trains, Choose);
    }
}
