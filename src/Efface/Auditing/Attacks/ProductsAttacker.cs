using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Logistic regression on those products of two or three features whose means differ most between classes: it finds an exclusive or, a
/// parity, a ring, a difference in variance, from fewer images than a network needs. Features are taken as they are, and rotated to the
/// directions in which the classes' covariances differ most.
/// </summary>
internal sealed class ProductsAttacker : ChoosingAttacker
{
    private const int MostFeatures = 512,
        MostInTriples = 64,
        Directions = 16;
    private const float Clip = 4;

    private static readonly int[] Counts = [2, 8, 32, 128];

    private static readonly double[] Penalties = [10, 1];

    /// <inheritdoc/>
    public override string Name => "products";

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    )
    {
        var groups = Contrasts.Groups(problem, fit);
        if (groups.Count == 0)
            groups = Contrasts.Groups(problem with { TaskClasses = 0 }, fit);
        foreach (var basis in Bases(fit.Values, groups))
        {
            var products = Ranked(basis, fit.Values, groups);
            foreach (var count in Counts.Where((_, i) => (i == 0 ? 0 : Counts[i - 1]) < products.Length))
            {
                var features = new Products(basis, products[..Math.Min(count, products.Length)]);
                foreach (
                    var candidate in LinearAttacker.Fits(problem, fit with { Values = features.Of(fit.Values) }, Penalties, [0], cancel)
                )
                    yield return new Reader(candidate, features with { Basis = basis.First(int.MaxValue) });
            }
            basis.Dispose();
        }
    }

    private static IEnumerable<Whitening> Bases(Tensor values, IReadOnlyList<IReadOnlyList<Tensor>> groups)
    {
        if (values.shape[1] <= MostFeatures)
            yield return Whitening.OfEach(values);
        using var all = Whitening.Of(values);
        if (all.Map.shape[1] == 0)
            yield break;
        using var white = all.First(MostFeatures);
        var directions = new Contrasts(white.Apply(values).to_type(ScalarType.Float32), groups).Directions(order: 2, Directions);
        yield return white.Then(directions.t().to_type(ScalarType.Float64));
    }

    // Ranked by how much they differ, most first.
    private static Product[] Ranked(Whitening basis, Tensor values, IReadOnlyList<IReadOnlyList<Tensor>> groups)
    {
        using var scope = NewDisposeScope();
        var based = Products.Clipped(basis, values);
        var contrasts = new Contrasts(based, groups);
        var size = (int)based.shape[1];
        var found = Top(contrasts.OfPairs(), null);
        if (size <= MostInTriples)
            found = found.Concat(
                Enumerable
                    .Range(0, size)
                    .SelectMany(third => Top(contrasts.OfTriples(third), third).Where(one => one.Product.Right >= third))
            );
        return
        [
            .. found.Where(one => one.Statistic > 0).OrderByDescending(one => one.Statistic).Take(Counts[^1]).Select(one => one.Product),
        ];
    }

    private static IEnumerable<(Product Product, float Statistic)> Top(Tensor statistics, int? third)
    {
        var width = (int)statistics.shape[1];
        var (best, at) = statistics.flatten().topk((int)Math.Min(3 * Counts[^1], statistics.numel()), 0);
        using var values = best.data<float>();
        using var places = at.data<long>();
        return
        [
            .. values
                .ToArray()
                .Zip(places.ToArray(), (value, place) => (new Product((int)place / width, (int)place % width, third), value)),
        ];
    }

    // Numbers of features; there may be no third.
    private sealed record Product(int Left, int Right, int? Third);

    private sealed record Products(Whitening Basis, Product[] All)
    {
        public static Tensor Clipped(Whitening basis, Tensor values) => basis.Apply(values).to_type(ScalarType.Float32).clamp(-Clip, Clip);

        public Tensor Of(Tensor values)
        {
            using var scope = NewDisposeScope();
            var based = torch.cat([Clipped(Basis, values), torch.ones(values.shape[0], 1)], 1);
            Tensor Columns(Func<Product, long> feature) => based.index_select(1, torch.tensor(All.Select(feature).ToArray()));
            return (
                Columns(one => one.Left) * Columns(one => one.Right) * Columns(one => one.Third ?? based.shape[1] - 1)
            ).MoveToOuterDisposeScope();
        }
    }

    private sealed class Reader(IFittedAttacker reader, Products products) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            using var scope = NewDisposeScope();
            return reader.Read(set with { Values = products.Of(set.Values) });
        }

        public void Dispose()
        {
            reader.Dispose();
            products.Basis.Dispose();
        }
    }
}
