using Efface.Records;

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
        if (config is { Model.From: not null, Training.Epochs: { } epochs })
            yield return new Problem(
                $"`TrainingSettings.Epochs` {epochs}",
                $"recipe {Name} learns nothing more from a trained model",
                "Leave it out, or leave `ModelSettings.From` out"
            );
    }
}
