using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>How often two rows of one person are accepted as the same, where two of different people seldom are.</summary>
/// <param name="FalseAccept">The share of pairs of different people that is accepted.</param>
/// <param name="TrueAccept">The share of pairs of one person that is accepted; its N counts these pairs.</param>
public sealed record VerificationRate(double FalseAccept, Measured TrueAccept);

/// <summary>How well the rows of one person are told from those of others, on test rows: a task beside classes.</summary>
/// <param name="Column">Says who it is.</param>
/// <param name="People">How many there are among the rows that were compared.</param>
/// <param name="OtherPairs">How many pairs of different people were compared.</param>
/// <param name="Rates">At false-accept rates of 0.001 and 0.01, where there are pairs enough.</param>
public sealed record VerificationResult(string Column, int People, long OtherPairs, IReadOnlyList<VerificationRate> Rates)
{
    /// <summary>The same before unlearning; empty if it was not measured.</summary>
    public IReadOnlyList<VerificationRate> Before { get; init; } = [];
}

/// <summary>Compares all pairs of test rows by the cosine of their difference from the mean of training rows.</summary>
internal static class Verification
{
    private const int MostRows = 4000,
        Chunk = 500;

    // Fewer pairs above a threshold do not settle where it lies.
    private const int FewestAccepted = 10;

    private static readonly double[] FalseAccepts = [0.001, 0.01];

    /// <summary>Compares what is released; null if no column says who it is.</summary>
    /// <param name="subject">Its groups are people.</param>
    /// <param name="confidence">Of intervals; people are resampled, not rows.</param>
    /// <param name="before">The same before unlearning.</param>
    public static VerificationResult? Of(AuditSubject subject, double confidence, VerificationResult? before)
    {
        if (subject.Identity is not { } column)
            return null;
        using var scope = NewDisposeScope();
        var place = subject.Places.First(place => place.Released);
        var test = subject.Parts.Test;
        int[] people = [.. test.Rows.Select(row => subject.Groups![row])];
        var rows = Drawn(people);
        var units = Units(test.Values[place.Name], subject.Parts.Training.Values[place.Name], place.Symbols)
            .index_select(0, torch.tensor(Array.ConvertAll(rows, row => (long)row)));
        return Of(column, units, [.. rows.Select(row => people[row])], confidence) with { Before = before?.Rates ?? [] };
    }

    /// <summary>Compares rows of length 1.</summary>
    /// <param name="column">Says who it is.</param>
    /// <param name="units">f32 [N, D].</param>
    /// <param name="people">Who each row is, [N].</param>
    /// <param name="confidence">Of intervals.</param>
    internal static VerificationResult Of(string column, Tensor units, int[] people, double confidence)
    {
        using var scope = NewDisposeScope();
        var who = torch.tensor(Array.ConvertAll(people, person => (long)person));
        var (same, others, owners) = (new List<float>(), new List<Tensor>(), new List<int>());
        for (var start = 0; start < people.Length; start += Chunk)
        {
            using var inner = NewDisposeScope();
            var some = torch.arange(start, Math.Min(start + Chunk, people.Length));
            var likeness = units.index_select(0, some).matmul(units.t());
            var isLater = torch.arange(people.Length).unsqueeze(0) > some.unsqueeze(1);
            var isSame = who.index_select(0, some).unsqueeze(1) == who.unsqueeze(0);
            others.Add(likeness.masked_select(isLater & ~isSame).MoveToOuterDisposeScope());
            using var values = likeness.masked_select(isLater & isSame).data<float>();
            using var pairs = (isLater & isSame).nonzero().data<long>();
            same.AddRange(values.ToArray());
            owners.AddRange(pairs.ToArray().Chunk(2).Select(pair => people[start + (int)pair[0]]));
        }
        var ofOthers = torch.cat(others);
        return new VerificationResult(
            column,
            people.Distinct().Count(),
            ofOthers.shape[0],
            [
                .. FalseAccepts
                    .Where(rate => rate * ofOthers.shape[0] >= FewestAccepted && same.Count > 0)
                    .Select(rate => new VerificationRate(
                        rate,
                        Accepted(same, Threshold(ofOthers, rate), new Sampling(confidence, [.. owners]))
                    )),
            ]
        );
    }

    // No more than the rate of other pairs are above it.
    private static float Threshold(Tensor others, double rate)
    {
        using var scope = NewDisposeScope();
        var (largest, _) = others.topk((int)(rate * others.shape[0]) + 1);
        return largest[-1].item<float>();
    }

    private static Measured Accepted(List<float> same, float threshold, Sampling sampling) =>
        Measured.Share([.. same.Select(likeness => likeness > threshold)], sampling);

    // Whole people, in an order of their own, until there are rows enough.
    private static int[] Drawn(int[] people)
    {
        var order = people.Distinct().ToArray();
        new Random(0).Shuffle(order);
        var rows = Enumerable.Range(0, people.Length).ToLookup(row => people[row]);
        return [.. order.SelectMany(person => rows[person]).Take(MostRows)];
    }

    private static Tensor Units(Tensor test, Tensor training, int symbols)
    {
        if (symbols > 0)
            return nn.functional.one_hot(test, symbols).to_type(ScalarType.Float32);
        var centred = test.flatten(1) - training.flatten(1).mean([0L]);
        return centred / centred.norm(1, keepdim: true).clamp(min: 1e-12);
    }
}
