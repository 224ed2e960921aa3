using Efface.Detachment;
using Efface.Records;
using Efface.Training;

namespace Efface.Unlearning;

/// <summary>A way to forget that minimises a kernel's measure of dependence; nothing is trained beside the extractor.</summary>
public abstract record KernelRecipe : Recipe
{
    /// <summary>What the kernel measures.</summary>
    protected abstract KernelCriterion Criterion { get; }

    /// <summary>λ3 ≥ 0.</summary>
    public double Forgetting { get; init; } = 5;

    /// <inheritdoc/>
    public override LossWeights Weights => new(0, 1, Forgetting);

    /// <inheritdoc/>
    public override bool CanBeLocal => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Uses => [nameof(RecipeSettings.Lambda)];

    /// <inheritdoc/>
    public override Recipe With(RecipeSettings asked) => this with { Forgetting = asked.Weights?.Forgetting ?? Forgetting };

    /// <inheritdoc/>
    public override IEnumerable<Problem> Meaningless(RunConfig config)
    {
        foreach (var problem in base.Meaningless(config))
            yield return problem;
        if (config.Recipe.Weights is { } asked && asked != Weights with { Forgetting = asked.Forgetting })
            yield return new Problem(
                $"`RecipeSettings.Lambda` {Setting.Text(config.Recipe.Lambda)}",
                $"λ1 and λ2 mean nothing to recipe {Name}: nothing is reconstructed, and the task weighs 1",
                $"Give 0,1,λ3, such as {Setting.Text(new[] { 0, 1, Forgetting })}"
            );
    }

    /// <inheritdoc/>
    public override BlockMaker Blocks(BlockParts parts) =>
        new DetacherBlocks(parts, new KernelIndependence(Forgetting, Criterion, parts.Labels));
}
