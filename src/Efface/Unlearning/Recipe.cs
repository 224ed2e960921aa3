using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Records;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Unlearning;

/// <summary>A way to forget: what it needs, what it learns, what it releases and what it promises.</summary>
public abstract record Recipe
{
    /// <summary>The name, as in <c>--recipe</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it is for, in a sentence.</summary>
    public abstract string Purpose { get; }

    /// <summary>What is promised of the result, and what is not.</summary>
    public abstract string Promise { get; }

    /// <summary>λ1, λ2 and λ3.</summary>
    public abstract LossWeights Weights { get; }

    /// <summary>The extractor's last stage where the user names none; null takes the middle of the network.</summary>
    public virtual string? Split => StagedNetwork.Embedding;

    /// <summary>Whether the network is cut behind something that the recipe puts into it, and nowhere else.</summary>
    public virtual bool OwnsSplit => false;

    /// <summary>The order in which blocks learn where the user does not say.</summary>
    public virtual ScheduleKind Schedule => ScheduleKind.EndToEnd;

    /// <summary>Whether blocks can learn by themselves.</summary>
    public virtual bool CanBeLocal => true;

    /// <summary>λ3 rises linearly over this first share of training.</summary>
    public virtual double Ramp => 0.25;

    /// <summary>The extractor's largest step size from a trained model where the user names none.</summary>
    public virtual double RateFromModel => 0.02;

    /// <summary>Whether it starts from a trained model where there is one.</summary>
    public virtual bool TakesModel => true;

    /// <summary>Whether a trained model learns anything more; else it is only closed.</summary>
    public virtual bool LearnsFromModel => true;

    /// <summary>Whether what it learns is to carry the embedding of the model before unlearning.</summary>
    public virtual bool CarriesEmbedding => false;

    /// <summary>The properties of <see cref="RecipeSettings"/> that it has a use for, beside what is forgotten.</summary>
    protected virtual IReadOnlyList<string> Uses => [];

    /// <summary>What is said of a setting that it has no use for.</summary>
    protected virtual string Ignores => $"means nothing to recipe {Name}";

    /// <summary>The recipe with the user's own values.</summary>
    public abstract Recipe With(RecipeSettings asked);

    /// <summary>The settings with the recipe's own values where the user gave none.</summary>
    public virtual RunConfig Complete(RunConfig config) => config;

    /// <summary>What is given and would be ignored, each with its remedy.</summary>
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
    /// <param name="model">Whose stages there are.</param>
    /// <param name="asked">What the user says; null for nothing.</param>
    public string StageOf(TrainedModel model, string? asked) =>
        asked ?? Split ?? MultiplyAdds.MiddleStage(model.Network, model.Description.Input);

    /// <summary>
    /// Whether what it releases lies before the embedding: another place than what the model before unlearning hands out.
    /// </summary>
    /// <param name="asked">The split that the user names; null for none.</param>
    public virtual bool CutsInside(string? asked) => (asked ?? Split) != StagedNetwork.Embedding;

    /// <summary>Cuts the network, and puts into it what the recipe needs there.</summary>
    /// <param name="model">Fresh, or trained.</param>
    /// <param name="split">The stage that the user names; null for none.</param>
    /// <param name="random">Where the weights of what is put in come from.</param>
    /// <exception cref="InvalidInputException">Nothing would be left behind the cut.</exception>
    public virtual TrainedModel Prepare(TrainedModel model, string? split, Generator random) => model.CutBehind(StageOf(model, split));

    /// <summary>Lets what was put into a trained network begin where the model stands; called where training starts from one.</summary>
    /// <param name="model">Prepared.</param>
    /// <param name="table">The images.</param>
    /// <param name="task">The task's column.</param>
    /// <param name="random">Where chance comes from.</param>
    public virtual void Begin(TrainedModel model, Examples table, Column task, Generator random) { }

    /// <summary>What its blocks learn; null for plain training, where what forgets is done before or after it.</summary>
    public virtual BlockMaker? Blocks(BlockParts parts) => null;

    /// <summary>Closes the trained model; null where training was all.</summary>
    /// <param name="model">Trained; handed over.</param>
    /// <param name="table">The images.</param>
    /// <param name="attributes">What is to be forgotten.</param>
    public virtual TrainedModel? Close(TrainedModel model, Examples table, IReadOnlyList<Column> attributes) => null;
}
