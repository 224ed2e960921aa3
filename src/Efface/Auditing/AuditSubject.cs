using Efface.Auditing.Attacks;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>
/// What an audit examines: representations of images in three parts, at one or more places, and what is known about the images.
/// </summary>
public sealed class AuditSubject : IDisposable
{
    /// <summary>The places to audit.</summary>
    public required IReadOnlyList<Place> Places { get; init; }

    /// <summary>The representations there.</summary>
    public required CapturedParts Parts { get; init; }

    /// <summary>y; null if there is no task.</summary>
    public required Column? Task { get; init; }

    /// <summary>Every label of the images, including the task.</summary>
    public required IReadOnlyList<Column> Columns { get; init; }

    /// <summary>The group of each image, if there is a group column.</summary>
    public int[]? Groups { get; init; }

    /// <summary>The name of the groups' column, if groups are people to be verified; else null.</summary>
    public string? Identity { get; init; }

    /// <summary>Equal for equal images; null if that is unknown.</summary>
    public IReadOnlyList<UInt128>? Identities { get; init; }

    /// <summary>Runs a model over a table, and captures the places of the split, the embedding, the code and the logits.</summary>
    /// <param name="model">Trained; put into evaluation mode.</param>
    /// <param name="table">The table, with the parts that the model was trained with.</param>
    /// <param name="stages">Further stages to capture.</param>
    /// <param name="budget">Decides how many training images are used.</param>
    /// <param name="reading">Receives the progress.</param>
    /// <param name="cancel">Checked before each batch.</param>
    /// <exception cref="InvalidInputException">A stage does not exist.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static AuditSubject Of(
        TrainedModel model,
        Examples table,
        IReadOnlyList<string>? stages = null,
        Budget budget = Budget.Quick,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        var places = Place.Of(model, stages);
        if (IsStochastic(model, table))
            places = [.. places.SelectMany(place => place is { Released: true, Symbols: 0 } ? new[] { place, place.Mean() } : [place])];
        return new AuditSubject
        {
            Places = places,
            Parts = CapturedParts.From(model, places, table, budget, reading, cancel),
            Task = table[model.Description.Task],
            Columns = table.Columns,
            Groups = table.Groups,
            Identities = table.Identities,
        };
    }

    /// <summary>Representations that another program computed; ŷ is predicted by logistic regression on them.</summary>
    /// <param name="table">Their labels, parts and groups. Owned by the caller.</param>
    /// <param name="task">The name of y; null without a task.</param>
    /// <param name="before">Whether to audit the model before unlearning instead.</param>
    /// <param name="budget">Decides how many training images are used.</param>
    public static AuditSubject Of(VectorTable table, string? task, bool before = false, Budget budget = Budget.Quick)
    {
        var y = table.Columns.FirstOrDefault(column => column.Name == task);
        var values = before ? table.Before! : table.Values;
        var isCode = values.dtype == ScalarType.Int64;
        var place = isCode
            ? new Place("code", 0, (int)values.max().item<long>() + 1, true, [])
            : new Place("h", 0, 0, true, values.shape[1..]);
        int[][] rows = [.. Enum.GetValues<Part>().Select(table.Rows)];
        rows[0] = CapturedParts.Drawn(rows[0], y, budget);

        var places = new List<(Place Place, Tensor Values)> { (place, values) };
        if (!before && table.MeanOfDraws is { } mean && !isCode)
            places.Add((place.Mean(table.Draws) with { Released = !table.IsDrawnOnce }, mean));
        var predictions = TaskProbe.Predict(values, place, y, rows);
        Captured[] parts = [.. rows.Select((some, part) => Captured.Of(places, predictions[part], some))];
        return new AuditSubject
        {
            Places = [.. places.Select(entry => entry.Place)],
            Parts = new CapturedParts(parts[0], parts[1], parts[2]),
            Task = y,
            Columns = table.Columns,
            Groups = table.Groups,
            Identity = table.Identity,
        };
    }

    /// <summary>One place and one attribute, as attackers see it.</summary>
    public AttackParts For(Place place, Column attribute, Budget budget)
    {
        return new AttackParts(place.Problem(attribute.Classes.Count, budget), Set(Parts.Training), Set(Parts.Validation), Set(Parts.Test));

        AttackSet Set(Captured part) =>
            new(part.Values[place.Name], Of(Task, part.Rows), part.Predictions, Of(attribute, part.Rows))
            {
                Groups = Groups is null ? null : [.. part.Rows.Select(row => Groups[row])],
            };
    }

    /// <summary>The classes of some images; without a column all have the same.</summary>
    public static int[] Of(Column? column, int[] rows) =>
        column is null ? new int[rows.Length] : [.. rows.Select(row => column.Labels[row])];

    /// <summary>How the test images were drawn.</summary>
    public Sampling Sampling(double confidence) => new(confidence, Groups is null ? null : [.. Parts.Test.Rows.Select(row => Groups[row])]);

    /// <inheritdoc/>
    public void Dispose() => Parts.Dispose();

    // Two runs over the same images in evaluation mode that differ by more than rounding.
    private static bool IsStochastic(TrainedModel model, Examples table)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        model.Network.eval();
        var images = model.Description.Normalisation.Apply(
            table.Gather([.. Enumerable.Range(0, Math.Min(4, table.Count))]).to(Compute.Device)
        );
        var (one, other) = (model.Network.Run(images, ..(model.Split + 1)), model.Network.Run(images, ..(model.Split + 1)));
        return ((one - other).abs().max() > one.abs().max() * 1e-4).item<bool>();
    }
}
