using Efface.Data;
using Efface.Detachment;
using Efface.Erasing;
using Efface.Models;
using Efface.Records;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>A way to forget: what it needs, trains, releases and promises.</summary>
public abstract record Recipe
{
    /// <summary>The name, as in <c>--recipe</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Its purpose, in a sentence.</summary>
    public abstract string Purpose { get; }

    /// <summary>What the result promises, and what it does not.</summary>
    public abstract string Promise { get; }

    /// <summary>λ1, λ2 and λ3.</summary>
    public abstract LossWeights Weights { get; }

    /// <summary>The extractor's last stage by default; null takes the middle of the network.</summary>
    public virtual string? Split => StagedNetwork.Embedding;

    /// <summary>Whether the network is cut only behind something that the recipe inserts.</summary>
    public virtual bool OwnsSplit => false;

    /// <summary>The default order in which blocks are trained.</summary>
    public virtual ScheduleKind Schedule => ScheduleKind.EndToEnd;

    /// <summary>Whether blocks can be trained separately.</summary>
    public virtual bool CanBeLocal => true;

    /// <summary>λ3 rises linearly over this first share of training.</summary>
    public virtual double Ramp => 0.25;

    /// <summary>The extractor's largest step size from a trained model, by default.</summary>
    public virtual double RateFromModel => 0.02;

    /// <summary>Whether it starts from a trained model if there is one.</summary>
    public virtual bool TakesModel => true;

    /// <summary>Whether a trained model is trained further; else it is only closed.</summary>
    public virtual bool LearnsFromModel => true;

    /// <summary>Whether the result should carry the embedding of the model before unlearning.</summary>
    public virtual bool CarriesEmbedding => false;

    /// <summary>The properties of <see cref="RecipeSettings"/> that it uses, beside the attributes to forget.</summary>
    protected virtual IReadOnlyList<string> Uses => [];

    /// <summary>The message about a setting that it does not use.</summary>
    protected virtual string Ignores => $"means nothing to recipe {Name}";

    /// <summary>The recipe with the user's own values.</summary>
    public abstract Recipe With(RecipeSettings asked);

    /// <summary>The settings with the recipe's own values where the user gave none.</summary>
    public virtual RunConfig Complete(RunConfig config) => config;

    /// <summary>Settings that are given but would be ignored, each with its remedy.</summary>
    public virtual IEnumerable<Problem> Meaningless(RunConfig config) =>
        from setting in Settings.Of<RecipeSettings>()
        where !Common.Concat(Uses).Contains(setting.Property.Split('.')[1])
        where setting.In(config.Recipe) is { } value and not IReadOnlyList<string> { Count: 0 }
        let others = Recipes.All.Where(other => other.Uses.Contains(setting.Property.Split('.')[1])).Select(other => other.Name)
        select new Problem(
            $"`{setting.Property}` {Setting.Text(setting.In(config.Recipe))}",
            Ignores,
            $"Leave it out, or choose `RecipeSettings.Name` {string.Join(" or ", others)}"
        );

    /// <summary>What is wrong with the settings for this recipe, each with its remedy.</summary>
    public virtual IEnumerable<Problem> Check(RunConfig config) => [];

    private static readonly string[] Common = [nameof(RecipeSettings.Name), nameof(RecipeSettings.Forget)];

    /// <summary>The stage behind which a model is cut.</summary>
    /// <param name="model">The model with its stages.</param>
    /// <param name="asked">The user's choice; null for none.</param>
    public string StageOf(TrainedModel model, string? asked) =>
        asked ?? Split ?? MultiplyAdds.MiddleStage(model.Network, model.Description.Input);

    /// <summary>Whether it releases an earlier stage than the embedding: another place than the model before unlearning releases.</summary>
    /// <param name="asked">The split that the user names; null for none.</param>
    public virtual bool CutsInside(string? asked) => (asked ?? Split) != StagedNetwork.Embedding;

    /// <summary>Cuts the network, and inserts what the recipe needs there.</summary>
    /// <param name="model">New, or trained.</param>
    /// <param name="split">The stage that the user names; null for none.</param>
    /// <param name="random">Initialises the inserted weights.</param>
    /// <exception cref="InvalidInputException">Nothing would be left behind the cut.</exception>
    public virtual TrainedModel Prepare(TrainedModel model, string? split, Generator random) => model.CutBehind(StageOf(model, split));

    /// <summary>Initialises what was inserted into a trained network from the model's state; called if training starts from one.</summary>
    /// <param name="model">Prepared.</param>
    /// <param name="table">The images.</param>
    /// <param name="task">The task's column.</param>
    /// <param name="random">The source of randomness.</param>
    public virtual void Begin(TrainedModel model, Examples table, Column task, Generator random) { }

    /// <summary>What its blocks learn; null for plain training, with the forgetting before or after it.</summary>
    public virtual BlockMaker? Blocks(BlockParts parts) => null;

    /// <summary>Whether it can fit an eraser on vectors alone, without a network to train.</summary>
    public virtual bool IsForVectors => false;

    /// <summary>Fits an eraser on vectors; only called if it <see cref="IsForVectors"/>.</summary>
    /// <exception cref="InvalidInputException">The rows cannot carry it.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public virtual Eraser Erase(ErasingWork work) => throw new NotSupportedException($"Recipe {Name} trains models.");

    /// <summary>Closes the trained model; null if training was all.</summary>
    /// <param name="model">Trained; ownership passes to it.</param>
    /// <param name="table">The images.</param>
    /// <param name="labels">The task, what to forget, and what is to stay.</param>
    public virtual TrainedModel? Close(TrainedModel model, Examples table, TaskAndAttributes labels) => null;
}
