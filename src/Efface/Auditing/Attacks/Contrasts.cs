using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Which products of features have different means in different classes of z. Where y is known, classes are compared among images of the
/// same y, so that the effect of y on h neither hides nor mimics it.
/// </summary>
/// <param name="values">f32 [N, F], of about mean 0 and deviation 1.</param>
/// <param name="groups">The rows of each class, for each y: [y][z].</param>
internal sealed class Contrasts(Tensor values, IReadOnlyList<IReadOnlyList<Tensor>> groups)
{
    private const int Rows = 2048,
        Rounds = 20;

    /// <summary>
    /// f32 [R, F]: orthogonal directions in which the classes' moments of this order differ most, the most different first; of order 3 by
    /// higher-order orthogonal iteration (De Lathauwer et al. 2000), which looks for each direction only where the others lie.
    /// </summary>
    /// <param name="order">2 or 3.</param>
    /// <param name="most">The largest R.</param>
    public Tensor Directions(int order, int most)
    {
        using var scope = NewDisposeScope();
        var differences = Between((rows, _) => order == 2 ? rows.t().matmul(rows) : Cubes(rows)).ToArray();
        var directions = First(differences.Select(one => (one.Difference, one.Count)), most);
        for (var round = 0; order == 3 && round < Rounds; round++)
        {
            var both = torch.kron(directions, directions).t();
            directions = First(differences.Select(one => (one.Difference.matmul(both), one.Count)), most);
        }
        return directions.MoveToOuterDisposeScope();
    }

    private static Tensor First(IEnumerable<(Tensor Difference, double Count)> differences, int most)
    {
        var (_, vectors) = linalg.eigh(
            differences.Select(one => one.Difference.matmul(one.Difference.t()) * one.Count).Aggregate((left, right) => left + right)
        );
        var directions = vectors.flip(1).t();
        return directions[..(int)Math.Min(most, directions.shape[0])];
    }

    /// <summary>
    /// F² statistics: how much the mean of each product of two differs between classes, relative to its deviation; zero where i &lt; j.
    /// </summary>
    public Tensor OfPairs() => Statistic(null);

    /// <summary>The same of products of three, one of which is <paramref name="third"/>.</summary>
    public Tensor OfTriples(int third) => Statistic(third);

    /// <summary>The rows of each class of z for each y (for all y together if the attacker does not know it).</summary>
    public static IReadOnlyList<IReadOnlyList<Tensor>> Groups(AttackProblem problem, AttackSet set) =>
        [
            .. Enumerable
                .Range(0, set.Count)
                .GroupBy(i => problem.KnowsTask ? set.Task[i] : 0)
                .Select(task =>
                    task.GroupBy(i => set.Attribute[i]).Select(group => torch.tensor(group.Select(i => (long)i).ToArray())).ToArray()
                )
                .Where(classes => classes.Length > 1),
        ];

    // [F, F²] sums of products of three.
    private static Tensor Cubes(Tensor rows)
    {
        var size = rows.shape[1];
        var sum = torch.zeros(size, size * size);
        foreach (var some in rows.split(Rows))
        {
            using var scope = NewDisposeScope();
            sum.add_(some.t().matmul((some.unsqueeze(1) * some.unsqueeze(2)).flatten(1)));
        }
        return sum;
    }

    private Tensor Statistic(int? third)
    {
        using var scope = NewDisposeScope();
        Tensor Left(Tensor rows) => third is { } k ? rows * rows[.., k].unsqueeze(1) : rows;
        var squares = Left(values).square().t().matmul(values.square()) / values.shape[0];
        var total = Between((rows, _) => Left(rows).t().matmul(rows))
            .Select(one => one.Difference.square() * one.Count)
            .Aggregate((left, right) => left + right);
        return (total / squares.clamp(min: 1e-12)).tril().MoveToOuterDisposeScope();
    }

    // How much the mean of each class differs from that of all classes of this y.
    private IEnumerable<(Tensor Difference, double Count)> Between(Func<Tensor, int, Tensor> sum)
    {
        foreach (var classes in groups)
        {
            var sums = classes.Select((rows, z) => sum(values.index_select(0, rows), z)).ToArray();
            var mean = sums.Aggregate((left, right) => left + right) / classes.Sum(rows => rows.shape[0]);
            foreach (var (own, rows) in sums.Zip(classes))
                yield return (own / rows.shape[0] - mean, rows.shape[0]);
        }
    }
}
