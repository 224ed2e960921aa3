using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class ProductsAttackerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_sign_of_a_product_is_found_that_no_line_finds(int factors)
    {
        var parts = Planted.Vectors(
            (h, z) =>
            {
                var product = h.Take(factors).Aggregate(1f, (left, right) => left * right);
                if (product > 0 != (z == 1))
                    h[0] = -h[0];
            }
        );
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, -0.06, 0.06);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new ProductsAttacker(), 0)).Low, 0.3, 0.5);
    }

    [Fact]
    public void A_rotated_difference_in_variance_is_found()
    {
        var parts = Planted.Vectors((h, z) => h[0] *= z == 1 ? 2 : 0.5f);
        torch.manual_seed(2);
        var rotation = linalg.qr(torch.randn(8, 8)).Q;
        var rotated = parts.With(parts.Problem, set => set.Values.matmul(rotation));
        Assert.InRange(Planted.Leak(rotated, rotated.OnTraining(new ProductsAttacker(), 0)).Low, 0.15, 0.5);
    }

    [Fact]
    public void What_only_the_products_and_y_together_tell_is_found_by_who_knows_y()
    {
        var parts = LinearAttackerTests.Exclusive(Planted.Vectors((h, z) => h[0] *= h[0] * h[1] > 0 == (z == 1) ? 1 : -1));
        Assert.InRange(Planted.Leak(parts, parts.Knowing(task: true).OnTraining(new ProductsAttacker(), 0)).Low, 0.3, 0.5);
    }

    [Fact]
    public void Statistics_are_those_of_a_slow_count()
    {
        var values = torch.randn(60, 4);
        AttackSet set = new(
            values,
            [.. Enumerable.Range(0, 60).Select(i => i / 7 % 2)],
            new int[60],
            [.. Enumerable.Range(0, 60).Select(i => i % 3)]
        );
        var found = new Contrasts(values, Contrasts.Groups(new AttackProblem([4], 0, 2, 3), set)).OfTriples(1);
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                var products = Enumerable
                    .Range(0, 60)
                    .Select(n => values[n, i].ToDouble() * values[n, j].ToDouble() * values[n, 1].ToDouble())
                    .ToArray();
                var between = Enumerable
                    .Range(0, 60)
                    .GroupBy(n => set.Task[n])
                    .Sum(task =>
                        task.GroupBy(n => set.Attribute[n])
                            .Sum(group => group.Count() * Math.Pow(group.Average(n => products[n]) - task.Average(n => products[n]), 2))
                    );
                Assert.Equal(j <= i ? between / products.Average(product => product * product) : 0, found[i, j].ToDouble(), 1e-3);
            }
        }
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        var parts = Planted.Vectors();
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new ProductsAttacker(), 0)).Value, -0.06, 0.06);
    }

    public void Dispose() => _scope.Dispose();
}
