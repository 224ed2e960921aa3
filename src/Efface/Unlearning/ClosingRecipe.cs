using Efface.Reporting;

namespace Efface.Unlearning;

/// <summary>A way to forget that closes a trained model with a last step.</summary>
public abstract record ClosingRecipe : PlainRecipe
{
    /// <inheritdoc/>
    protected override string When => "after";

    /// <inheritdoc/>
    public override bool LearnsFromModel => false;

    /// <inheritdoc/>
    public override IEnumerable<Problem> Check(RunConfig config)
    {
        foreach (var problem in base.Check(config))
            yield return problem;
        if (config is { From: not null, Epochs: { } epochs })
            yield return new Problem(
                $"--epochs {epochs}",
                $"recipe {Name} learns nothing more from a trained model",
                "Leave it out, or leave --from out"
            );
    }
}
