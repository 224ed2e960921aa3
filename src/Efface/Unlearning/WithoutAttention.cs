using Efface.Baselines;
using Efface.Records;

namespace Efface.Unlearning;

/// <summary>Baseline 2 of Guo et al. (section 4.1).</summary>
public sealed record WithoutAttention : PlainRecipe
{
    /// <inheritdoc/>
    public override string Name => "attention-removal";

    /// <inheritdoc/>
    public override string Purpose =>
        "Baseline 2 of Guo et al.: the area where a classifier sees the attribute (Grad-CAM) is taken out of all images, "
        + "and a model is trained on the rest, from scratch.";

    /// <inheritdoc/>
    public override string Promise => "None: what the classifier did not look at tells the attribute too.";

    /// <inheritdoc/>
    protected override string When => "before";

    /// <inheritdoc/>
    public override bool TakesModel => false;

    /// <summary>Removes the area of the attributes to forget, if the flags name no other.</summary>
    /// <inheritdoc/>
    public override RunConfig Complete(RunConfig config)
    {
        var asked = config.AttentionRemoval ?? new AttentionRemovalSettings();
        return config with { AttentionRemoval = asked.Attributes.Count > 0 ? asked : asked with { Attributes = config.Recipe.Forget } };
    }

    /// <inheritdoc/>
    public override IEnumerable<Problem> Check(RunConfig config)
    {
        foreach (var problem in base.Check(config))
            yield return problem;
        if (config.Model.From is { } from)
            yield return new Problem(
                $"`ModelSettings.From` {from}",
                $"recipe {Name} trains from scratch: a model that has seen the whole images knows what was removed",
                "Leave `ModelSettings.From` out"
            );
    }
}
