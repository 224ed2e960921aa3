using Efface.Data;
using Efface.Erasing;

namespace Efface.Unlearning;

/// <summary>Makes vectors independent of the score: docs/balance.md.</summary>
public sealed record Balance : ClosingRecipe
{
    /// <inheritdoc/>
    public override string Name => "balance";

    /// <inheritdoc/>
    public override string Purpose =>
        "Moves each vector from where its probable classes lie to where all lie, and covers the rest with a little noise: vectors stay vectors.";

    /// <inheritdoc/>
    public override string Promise => "Attackers of every kind are sent against it by the audit; there is no certificate.";

    /// <inheritdoc/>
    public override bool IsForVectors => true;

    /// <inheritdoc/>
    public override Eraser Erase(ErasingWork work)
    {
        var training = work.Rows(Part.Train);
        // Each row is read by a reader that did not learn from it, so rows of training judge as well as others, and there are more of them.
        var judged = work.Rows(Part.Train, Part.Validation);
        using var values = training.Values;
        using var more = judged.Values;
        var (erasure, noise) = new BalanceFit(training, judged, work.Options, work.Progress, work.Cancel).Run();
        return Eraser.Of(work.Describe(Name) with { Balance = erasure.Shape, Noise = noise }, erasure, values);
    }
}
