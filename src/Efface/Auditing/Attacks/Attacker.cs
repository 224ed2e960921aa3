using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>The problem that an attacker faces.</summary>
/// <param name="Shape">The shape of h for one image: [D], [C, H, W], or [] for a symbol.</param>
/// <param name="Symbols">The number of symbols of a discrete representation; else 0.</param>
/// <param name="TaskClasses">Classes of y; 0 when the attacker does not know y.</param>
/// <param name="AttributeClasses">Classes of z.</param>
public sealed record AttackProblem(long[] Shape, int Symbols, int TaskClasses, int AttributeClasses)
{
    /// <summary>Whether h is one of finitely many symbols.</summary>
    public bool IsDiscrete => Symbols > 0;

    /// <summary>Whether h is a map [C, H, W].</summary>
    public bool IsMap => Shape.Length == 3;

    /// <summary>Whether the attacker knows y.</summary>
    public bool KnowsTask => TaskClasses > 0;

    /// <summary>How much compute is spent.</summary>
    public Budget Budget { get; init; } = Budget.Quick;
}

/// <summary>How much compute an audit spends on its attackers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Budget>))]
public enum Budget
{
    /// <summary>Takes minutes: fewer images, settings and seeds.</summary>
    [JsonStringEnumMemberName("quick")]
    Quick,

    /// <summary>As much as helps.</summary>
    [JsonStringEnumMemberName("full")]
    Full,
}

/// <summary>Representations, with what is known and what is to be read.</summary>
/// <param name="Values">h: f32 [N, ...], or int64 [N] for symbols; owned by the creator of the set.</param>
/// <param name="Task">y, [N].</param>
/// <param name="Prediction">ŷ, [N]: the model's own decision.</param>
/// <param name="Attribute">z, [N].</param>
public sealed record AttackSet(Tensor Values, int[] Task, int[] Prediction, int[] Attribute)
{
    /// <summary>The group of each image, [N]; null where each stands for itself.</summary>
    public int[]? Groups { get; init; }

    /// <summary>N.</summary>
    public int Count => Attribute.Length;

    /// <summary>The symbol of each image, [N], of a discrete representation.</summary>
    public int[] Symbols()
    {
        using var data = Values.data<long>();
        return [.. data.Select(symbol => (int)symbol)];
    }

    /// <summary>Some of the images; the values are a copy.</summary>
    public AttackSet Select(int[] rows)
    {
        using var index = torch.tensor(rows.Select(row => (long)row).ToArray());
        return new AttackSet(Values.index_select(0, index), Of(Task), Of(Prediction), Of(Attribute))
        {
            Groups = Groups is null ? null : Of(Groups),
        };

        int[] Of(int[] labels) => [.. rows.Select(row => labels[row])];
    }

    /// <summary>This number of images, drawn at random.</summary>
    public AttackSet Sample(int count, int seed)
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        new Random(seed).Shuffle(order);
        return Select(order[..count]);
    }

    /// <summary>p(z) in this set, [K].</summary>
    public double[] Prior(int classes)
    {
        var prior = new double[classes];
        foreach (var z in Attribute)
            prior[z] += 1.0 / Count;
        return prior;
    }
}

/// <summary>A method that reads an attribute; trained from scratch, after the fact. Floors are attackers too.</summary>
public interface IAttacker
{
    /// <summary>The name in audit.json.</summary>
    string Name { get; }

    /// <summary>Whether it never looks at h: what it reaches is a floor.</summary>
    bool IsFloor => false;

    /// <summary>Whether another seed may give another result; other attackers run once.</summary>
    bool DependsOnSeed => true;

    /// <summary>Whether it is so slow that a quick audit runs it with one seed, and a full one with two.</summary>
    bool IsCostly => false;

    /// <summary>Whether it can work on these representations.</summary>
    bool Reads(AttackProblem problem);

    /// <summary>Fits on one set, and chooses settings on another.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed, CancellationToken cancel = default);
}

/// <summary>A fitted attacker.</summary>
public interface IFittedAttacker : IDisposable
{
    /// <summary>log p(z | what it sees) as if all classes were equally frequent, [N, K].</summary>
    double[,] Read(AttackSet set);
}
