using Efface.Auditing.Attacks;
using Efface.Models;
using Efface.Training;

namespace Efface.Auditing;

/// <summary>A place in a network where an attacker could read.</summary>
/// <param name="Name"><c>h</c> (the split), <c>embedding</c>, <c>code</c>, <c>logits</c>, <c>decision</c>, or a requested stage.</param>
/// <param name="Stage">The stage whose output it is.</param>
/// <param name="Symbols">2^B for a code, the number of classes for a decision; 0 for a continuous representation.</param>
/// <param name="Released">Whether it leaves the extractor: only such places decide the verdict.</param>
/// <param name="Shape">[D], [C, H, W], or [] for a code.</param>
public sealed record Place(string Name, int Stage, int Symbols, bool Released, long[] Shape)
{
    private const int ManyDraws = 16;
    private const string Logits = "logits";

    /// <summary>The number of runs over one image that it averages; 1 is a single run.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>Whether it reveals the model's own decision.</summary>
    public bool IsDecision => Name == Logits;

    /// <summary>The problem of an attacker that does not know y at this place.</summary>
    public AttackProblem Problem(int attributeClasses, Budget budget = Budget.Quick) =>
        new(Shape, Symbols, 0, attributeClasses) { Budget = budget };

    /// <summary>The mean of many draws at this place, for a stochastic extractor.</summary>
    public Place Mean(int draws = ManyDraws) => this with { Name = $"{Name} (mean of {draws})", Draws = draws };

    /// <summary>The places of a model that an audit covers, from the image to the logits.</summary>
    /// <param name="model">The network with its split.</param>
    /// <param name="stages">Further stages by name; <c>all</c> is every one behind the split.</param>
    /// <exception cref="InvalidInputException">A stage does not exist.</exception>
    public static IReadOnlyList<Place> Of(TrainedModel model, IReadOnlyList<string>? stages = null)
    {
        var network = model.Network;
        long[][] shapes = [.. network.OutputShapes(model.Description.Input).Select(Layout.Of)];
        var (split, embedding) = (model.Split, network.IndexOf(StagedNetwork.Embedding));
        var logits = network.IndexOf(StagedNetwork.Head);
        var places = new List<Place>();
        if (model.Description.Bits is { } bits)
            places.Add(new Place("code", split, 1 << bits, true, []));
        else if (model.Description.ClosedBy == Closing.Decision)
            places.Add(new Place(TrainedModel.DecisionStage, split, model.Description.Classes.Count, true, []));
        else if (split != embedding)
            places.Add(new Place("h", split, 0, true, shapes[split]));
        places.Add(new Place("embedding", embedding, 0, embedding >= split, shapes[embedding]));
        places.Add(new Place(Logits, logits, 0, logits >= split, shapes[logits]));
        foreach (var stage in Asked(network, split, stages ?? []))
            if (places.All(place => place.Stage != stage))
                places.Add(new Place(network.Stages[stage].Name, stage, 0, stage >= split, shapes[stage]));
        return [.. places.OrderBy(place => place.Stage)];
    }

    private static IEnumerable<int> Asked(StagedNetwork network, int split, IReadOnlyList<string> stages) =>
        stages is ["all"]
            ? Enumerable.Range(split, network.Stages.Count - split).Where(stage => network.Stages[stage].EndsLayer)
            : stages.Select(network.IndexOf);
}
