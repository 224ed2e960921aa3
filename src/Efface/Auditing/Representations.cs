using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using Efface.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>A place in a network where an attacker could read.</summary>
/// <param name="Name"><c>h</c> (the split), <c>embedding</c>, <c>code</c> or <c>logits</c>.</param>
/// <param name="Stage">The stage whose output it is.</param>
/// <param name="Symbols">2^B for a code; 0 for a continuous representation.</param>
/// <param name="Released">Whether it leaves the extractor: only such places decide the verdict.</param>
/// <param name="Shape">[D], [C, H, W], or [] for a code.</param>
public sealed record Place(string Name, int Stage, int Symbols, bool Released, long[] Shape)
{
    /// <summary>What an attacker who does not know y is up against here.</summary>
    public AttackProblem Problem(int attributeClasses) => new(Shape, Symbols, 0, attributeClasses);

    /// <summary>The places of a model that an audit looks at, from the image to the logits.</summary>
    public static IReadOnlyList<Place> Of(TrainedModel model)
    {
        var shapes = model.Network.OutputShapes(model.Description.Input);
        var (split, embedding) = (model.Split, model.Network.IndexOf(StagedNetwork.Embedding));
        var places = new List<Place>();
        if (model.Description.Bits is { } bits)
            places.Add(new Place("code", split, 1 << bits, true, []));
        else if (split < embedding)
            places.Add(new Place("h", split, 0, true, shapes[split]));
        places.Add(new Place("embedding", embedding, 0, embedding >= split, shapes[embedding]));
        places.Add(new Place("logits", shapes.Count - 1, 0, true, shapes[^1]));
        return [.. places.OrderBy(place => place.Stage)];
    }
}

/// <summary>What a network makes of some images, at each place.</summary>
/// <param name="Values">f32 [N, ...] for each place, or int64 [N] for a code; on the CPU.</param>
/// <param name="Predictions">ŷ, [N].</param>
/// <param name="Rows">Which images of the table they are.</param>
public sealed record Captured(IReadOnlyDictionary<string, Tensor> Values, int[] Predictions, int[] Rows) : IDisposable
{
    /// <summary>Computes every place once, for all attackers.</summary>
    public static Captured From(TrainedModel model, IReadOnlyList<Place> places, ImageTable table, int[] rows)
    {
        var network = model.Network;
        var values = places.ToDictionary(place => place.Name, place => place.Symbols > 0
            ? torch.zeros(rows.Length, dtype: ScalarType.Int64).DetachFromDisposeScope()
            : torch.zeros([rows.Length, .. place.Shape]).DetachFromDisposeScope());
        var predictions = new List<int>(rows.Length);
        var loader = new BatchLoader(table, table[model.Description.Task], [], rows, Evaluation.BatchSize);
        Evaluation.Visit(network, model.Description.Normalisation, loader, (x, batch) =>
        {
            var start = predictions.Count;
            for (var stage = 0; stage < network.Stages.Count; stage++)
            {
                x = network.Run(x, stage..(stage + 1));
                foreach (var place in places.Where(place => place.Stage == stage))
                    values[place.Name][start..(start + batch.Size)].copy_(place.Symbols > 0 ? DiscreteBottleneck.Decide(x) : x);
            }
            using var decided = x.argmax(1).cpu().data<long>();
            predictions.AddRange(decided.Select(label => (int)label));
        });
        return new Captured(values, [.. predictions], rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in Values.Values) value.Dispose();
    }
}

/// <summary>The three parts of a data set, as a network represents them.</summary>
/// <param name="Training">Images that the extractor learnt from (at most <see cref="Most"/> of them).</param>
/// <param name="Validation">Images that it never saw: attackers are chosen on them, and some are fitted on them.</param>
/// <param name="Test">Read once.</param>
public sealed record CapturedParts(Captured Training, Captured Validation, Captured Test) : IDisposable
{
    /// <summary>Attackers are fitted on at most so many of the extractor's training images.</summary>
    public const int Most = 20_000;

    /// <summary>Runs the network over all three parts.</summary>
    public static CapturedParts From(TrainedModel model, IReadOnlyList<Place> places, ImageTable table)
    {
        var training = table.Rows(Part.Train);
        if (training.Length > Most) training = Splits.Draw(training, Splits.By([table[model.Description.Task]]), (double)Most / training.Length, 0);
        return new CapturedParts(
            Captured.From(model, places, table, training),
            Captured.From(model, places, table, table.Rows(Part.Validation)),
            Captured.From(model, places, table, table.Rows(Part.Test)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Training.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }
}
