using Efface.Baselines;
using Efface.Data;
using Efface.Detachment;
using Efface.Erasing;
using Efface.Models;
using Efface.Training;

namespace Efface.Unlearning;

/// <summary>LEACE (Belrose et al., NeurIPS 2023).</summary>
public sealed record Leace : ClosingRecipe
{
    /// <inheritdoc/>
    public override string Name => "leace";

    /// <inheritdoc/>
    public override string Purpose =>
        "LEACE (Belrose et al., NeurIPS 2023): after training, the smallest affine change of the embedding that leaves it uncorrelated "
        + "with the attribute.";

    /// <inheritdoc/>
    public override string Promise =>
        "A linear attacker finds exactly what one finds who sees nothing, on the images that it was fitted on; of others nothing.";

    /// <inheritdoc/>
    public override bool IsForVectors => true;

    /// <inheritdoc/>
    public override Eraser Erase(ErasingWork work)
    {
        var training = work.Rows(Part.Train);
        using var values = training.All();
        var erasure = new AffineErasure(work.Size);
        LinearErasure.Fit(erasure, values, [.. training.Attributes.Select(attribute => (attribute.Labels, attribute.Classes))]);
        return Eraser.Of(work.Describe(Name), erasure, training);
    }

    /// <inheritdoc/>
    public override TrainedModel Close(TrainedModel model, Examples table, TaskAndAttributes labels)
    {
        var closed = model.ClosedWith(Closing.LinearErasure);
        LinearErasure.Fit(closed, table, labels.Attributes);
        return closed;
    }
}
