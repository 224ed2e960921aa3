using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
using Efface.Erasing;
using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>Makes vectors independent of the score: docs/balance.md.</summary>
public sealed record Balance : ClosingRecipe
{
    /// <summary>How the erasure is fitted.</summary>
    public EraserOptions Options { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => BalanceFit.Recipe;

    /// <inheritdoc/>
    public override string Purpose =>
        "Moves each vector from where its probable classes lie to where all lie, and covers the rest with a little noise; vectors stay "
        + "vectors.";

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
        return BalanceFit.Fit(work.Describe(Name), training, judged, work.Options, work.Progress, work.Cancel);
    }

    /// <inheritdoc/>
    public override TrainedModel Close(TrainedModel model, Examples table, IReadOnlyList<Column> attributes)
    {
        var task = table[model.Description.Task];
        var training = Embeddings(model, table, table.Rows(Part.Train), task, attributes);
        var judged = Embeddings(model, table, [.. table.Rows(Part.Train), .. table.Rows(Part.Validation)], task, attributes);
        using var values = training.Values;
        using var more = judged.Values;
        var (erasure, _) = new BalanceFit(training, judged, Options, null, CancellationToken.None).Run();
        var closed = model.ClosedWith(erasure);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        RefittedHead.Fit(closed.Network, erasure.call(values.to(Compute.Device)), training.Task!.Labels);
        return closed;
    }

    private static LabelledRows Embeddings(TrainedModel model, Examples table, int[] rows, Column task, IReadOnlyList<Column> attributes)
    {
        var embedding = Place.Of(model).Single(place => place.Name == StagedNetwork.Embedding);
        using var captured = Captured.From(model, [embedding], table, rows);
        return LabelledRows.Of(captured.Values[StagedNetwork.Embedding].clone(), table, rows, task, attributes);
    }
}
