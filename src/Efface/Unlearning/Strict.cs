using Efface.Auditing;
using Efface.Data;
using Efface.Detachment;
using Efface.Erasing;
using Efface.Models;
using Efface.Records;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>A discrete bottleneck, in which information is counted and minimised directly.</summary>
public sealed record Strict : Recipe
{
    private const int MostForStart = 4000;

    /// <summary>The bottleneck's.</summary>
    public CodeSettings Settings { get; init; } = new() { Weights = new LossWeights(20, 1, 5), Distillation = 3 };

    /// <summary>The auxiliary network right below the bottleneck: nothing is read there, so nothing is forgotten before the code.</summary>
    public AuxiliarySettings Below { get; init; } = new() { Weights = new LossWeights(2.5, 1, 0), Heads = 0 };

    /// <summary>λ of the first auxiliary network if there are several.</summary>
    public LossWeights FirstBlock { get; init; } = AuxiliaryRecipe.UsualFirstBlock;

    /// <inheritdoc/>
    public override string Name => "strict";

    /// <inheritdoc/>
    public override string Purpose => "A discrete bottleneck after the embedding; I(c;z|y) is counted and minimised directly.";

    /// <inheritdoc/>
    public override string Promise => "A certificate for any attacker who sees the code, at the confidence and size that the audit states.";

    /// <inheritdoc/>
    public override LossWeights Weights => Settings.Weights;

    /// <inheritdoc/>
    public override bool OwnsSplit => true;

    /// <inheritdoc/>
    public override bool CutsInside(string? asked) => false;

    /// <inheritdoc/>
    public override double RateFromModel => 0.01;

    /// <inheritdoc/>
    public override bool CarriesEmbedding => Settings.Distillation > 0;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Uses =>
        [
            nameof(RecipeSettings.Lambda),
            nameof(RecipeSettings.Bits),
            nameof(RecipeSettings.Distillation),
            nameof(RecipeSettings.Retain),
            nameof(RecipeSettings.Retention),
        ];

    /// <inheritdoc/>
    public override Recipe With(RecipeSettings asked) =>
        this with
        {
            Settings = Settings with
            {
                Weights = asked.Weights ?? Settings.Weights,
                Bits = asked.Bits ?? Settings.Bits,
                Distillation = asked.Distillation ?? Settings.Distillation,
                Retention = asked.Retention ?? Settings.Retention,
            },
        };

    /// <inheritdoc/>
    public override IEnumerable<Problem> Check(RunConfig config)
    {
        if (config.Model.Split is not (null or DiscreteBottleneck.Assignment))
            yield return new Problem(
                $"`ModelSettings.Split` {config.Model.Split}",
                $"recipe {Name} splits behind its own bottleneck",
                "Leave it out, or choose `RecipeSettings.Name` paper"
            );
        if (config is { Recipe.Distillation: > 0 and var weight, Model.From: null })
            yield return new Problem(
                $"`RecipeSettings.Distillation` {Setting.Text(weight)}",
                "from scratch there is no trained model whose embedding the code could carry",
                "Give `ModelSettings.From` the run folder of a trained model, or leave it out"
            );
    }

    /// <inheritdoc/>
    public override TrainedModel Prepare(TrainedModel model, string? split, Generator random) =>
        model.WithBottleneck(Settings.Bits, random);

    /// <summary>Initialises the codes as the trained decision.</summary>
    /// <inheritdoc/>
    public override void Begin(TrainedModel model, Examples table, Column task, Generator random)
    {
        var rows = Splits.AtMost(table.Rows(Part.Train), MostForStart, Splits.By([task]), 0);
        var embedding = Place.Of(model).Single(place => place.Name == StagedNetwork.Embedding);
        using var captured = Captured.From(model, [embedding], table, rows);
        using var embeddings = captured.Values[StagedNetwork.Embedding].to(Compute.Device, copy: true);
        DiscreteBottleneck.StartFromDecision(model.Network, embeddings, random);
    }

    /// <inheritdoc/>
    public override bool IsForVectors => true;

    /// <summary>Trains a small network for the task, and inserts the bottleneck into it.</summary>
    /// <inheritdoc/>
    public override Eraser Erase(ErasingWork work)
    {
        var task = work.Task ?? VectorNetwork.NoTask(work.Table);
        using var random = new Generator((ulong)work.Options.Seed);
        var labels = TaskAndAttributes.Of(work.Table, task, work.Attributes) with { Retained = work.Retained };
        using var model = TrainedModel.Create(ModelDescription.For(work.Table, task, VectorNetwork.Name), CPU, random, VectorNetwork.Build);
        var training = VectorNetwork.Training(work.Options.Seed);
        new Lesson(model, work.Table, labels, training).Train(random, new NetworkProgress("learning the task", work.Progress), work.Cancel);
        var prepared = Prepare(model.Copy(), null, random);
        Begin(prepared, work.Table, task, random);
        var lesson = new Lesson(prepared, work.Table, labels, training with { LearningRate = RateFromModel })
        {
            Recipe = this,
            Untouched = _ => model.Copy().Network,
        };
        if (lesson.Train(random, new NetworkProgress("learning the code", work.Progress), work.Cancel).Interrupted)
            throw new OperationCanceledException(work.Cancel);
        return Eraser.Of(
            work.Describe(Name) with
            {
                Network = prepared.Description,
                Symbols = 1 << Settings.Bits,
            },
            VectorNetwork.Assignment(prepared),
            work.Rows(Part.Train)
        );
    }

    /// <inheritdoc/>
    public override BlockMaker Blocks(BlockParts parts) => new CodeBlocks(parts, Settings, Below, FirstBlock);
}
