using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
using Efface.Detachment;
using Efface.Erasing;
using Efface.Models;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>Makes vectors independent of the score: docs/balance.md.</summary>
public sealed record Balance : ClosingRecipe
{
    /// <summary>
    /// How the last stage of an image model is fitted. Validation images are few, and with an aim of .01 chance decides: of CelebA's 1,000
    /// it chose noise of 1.5, and with .02 of 1.
    /// </summary>
    public EraserOptions Options { get; init; } = new() { Aim = 0.02 };

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
    protected override IReadOnlyList<string> Uses => [nameof(Records.RecipeSettings.Retain)];

    /// <inheritdoc/>
    public override Eraser Erase(ErasingWork work) =>
        BalanceFit.Fit(work.Describe(Name), work.Rows(Part.Train), work.Rows(Part.Validation), work.Options, work.Progress, work.Cancel);

    /// <inheritdoc/>
    public override TrainedModel Close(TrainedModel model, Examples table, TaskAndAttributes labels)
    {
        using var scope = NewDisposeScope();
        var (task, training) = (labels.Task, table.Rows(Part.Train));
        int[] rows = [.. training, .. table.Rows(Part.Validation)];
        var embedding = Place.Of(model).Single(place => place.Name == StagedNetwork.Embedding);
        using var captured = Captured.From(model, [embedding], table, rows);
        var values = captured.Values[StagedNetwork.Embedding];
        LabelledRows Of(int[] places) =>
            LabelledRows.Of(values, table, [.. places.Select(place => rows[place])], task, labels.Attributes, labels.Retained) with
            {
                Places = places,
            };
        int[] all = [.. Enumerable.Range(0, rows.Length)];
        var fitted = Of(all[..training.Length]);
        using var noGradient = no_grad();
        // A network is surer of images that it learned from than of new ones, and how sure it is tells much of z: its bare decision stays.
        var fit = new BalanceFit(fitted, Of(all[training.Length..]), Options, null, CancellationToken.None)
        {
            Classifier = model.Network.LastLayer,
        };
        var (erasure, _) = fit.Run();
        var closed = model.ClosedWith(erasure);
        RefittedHead.Fit(closed.Network, erasure.call(fitted.All().to(Compute.Device)), fitted.Task!.Labels, erasure.ToDecision());
        return closed;
    }
}
