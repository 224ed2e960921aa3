using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class NearestNeighboursAttackerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_reads_what_a_search_of_all_pairs_reads(bool knowsTask)
    {
        // Standardised with unit deviation in every direction: both measures of likeness are the same, so only k is free.
        var parts = Planted
            .Vectors((h, z) => h[0] = MathF.Abs(h[0]) < 0.7f == (z == 1) ? h[0] : 2.5f, size: 2, images: 700)
            .Knowing(knowsTask);
        using var fitted = new NearestNeighboursAttacker().Fit(parts.Problem, parts.Training, parts.Validation, 0);
        var read = fitted.Read(parts.Test);
        var decided = Enumerable.Range(0, parts.Test.Count).Select(i => read[i, 1] > read[i, 0] ? 1 : 0).ToArray();
        var matches = new[] { 3, 10, 30, 100, 300 }
            .Select(k => BruteForce(parts, k, knowsTask).Zip(decided).Count(pair => pair.First == pair.Second))
            .Max();
        Assert.InRange(matches, (int)(0.98 * parts.Test.Count), parts.Test.Count);
    }

    [Fact]
    public void A_ring_is_found_that_no_line_divides()
    {
        var parts = Planted.Vectors((h, z) => h[0] = (z == 1 ? 0.5f : 1.5f) * MathF.Sign(h[0]) + 0.2f * h[0], size: 3);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new NearestNeighboursAttacker(), 0)).Low, 0.3, 0.5);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, -0.1, 0.1);
    }

    [Fact]
    public void Who_knows_y_looks_among_images_of_the_same_y()
    {
        var parts = LinearAttackerTests.Exclusive(Planted.Vectors((h, z) => h[0] += z == 1 ? 1.5f : -1.5f, size: 3));
        Assert.InRange(Planted.Leak(parts, parts.Knowing(task: true).OnTraining(new NearestNeighboursAttacker(), 0)).Low, 0.3, 0.5);
    }

    public void Dispose() => _scope.Dispose();

    private static int[] BruteForce(AttackParts parts, int k, bool knowsTask)
    {
        double[][] Rows(AttackSet set)
        {
            var (mean, deviation) = (parts.Training.Values.mean([0L]), parts.Training.Values.std(0, unbiased: false));
            using var data = ((set.Values - mean) / deviation).to_type(ScalarType.Float64).data<double>();
            return [.. data.Chunk(2)];
        }
        var (known, prior) = (Rows(parts.Training), parts.Training.Prior(2));
        return
        [
            .. Rows(parts.Test)
                .Select(
                    (query, i) =>
                    {
                        var votes = new double[2];
                        foreach (
                            var row in Enumerable
                                .Range(0, known.Length)
                                .Where(row => !knowsTask || parts.Training.Task[row] == parts.Test.Task[i])
                                .OrderBy(row => known[row].Zip(query, (a, b) => (a - b) * (a - b)).Sum())
                                .Take(k)
                        )
                            votes[parts.Training.Attribute[row]] += 1 / prior[parts.Training.Attribute[row]];
                        return votes[1] > votes[0] ? 1 : 0;
                    }
                ),
        ];
    }
}
