using Efface.Data;
using Efface.Detachment;
using Efface.Erasing;
using Efface.Models.Balance;
using Efface.Training;

namespace Efface.Unlearning;

/// <summary>The decision alone.</summary>
public sealed record PredictionOnly : ClosingRecipe
{
    /// <inheritdoc/>
    public override string Name => "prediction-only";

    /// <inheritdoc/>
    public override string Purpose =>
        "Releases the decision and nothing else: the row that every other recipe must justify itself against.";

    /// <inheritdoc/>
    public override string Promise => "Nothing leaks beyond the decision, by any attacker; and nothing else is kept.";

    /// <inheritdoc/>
    public override bool IsForVectors => true;

    /// <inheritdoc/>
    public override Eraser Erase(ErasingWork work)
    {
        var training = work.Rows(Part.Train);
        var reader = new BalanceFit(training, training, work.Options, work.Progress, work.Cancel).ReadTask();
        return Eraser.Of(
            work.Describe(Name) with
            {
                Balance = reader.Shape,
                Symbols = work.Task!.Classes.Count,
            },
            new VectorDecision(reader),
            training
        );
    }

    /// <inheritdoc/>
    public override TrainedModel Close(TrainedModel model, Examples table, TaskAndAttributes labels) => model.ClosedWith(Closing.Decision);
}
