using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing.Attacks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class AttackersTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, bool> Every =>
        [.. from attacker in Attackers.All where !attacker.IsFloor from knows in new[] { false, true } select (attacker.Name, knows)];

    [Fact]
    public void Names_are_unique() => Assert.Equal(Attackers.All.Count, Attackers.All.Select(attacker => attacker.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Every))]
    public void Every_attacker_finds_what_is_plain_to_see_and_reads_in_probabilities(string name, bool knowsTask)
    {
        var attacker = Attackers.All.Single(one => one.Name == name);
        var parts = new[] { Planted.Codes(0.8), Planted.Few(Shift), Planted.Maps(Shift) }.First(one => attacker.Reads(one.Problem));
        var attack = parts.Knowing(knowsTask).OnTraining(attacker, 0);

        Assert.InRange(Planted.Leak(parts, attack).Low, 0.1, 1);
        for (var i = 0; i < parts.Test.Count; i++)
            Assert.Equal(1, Math.Exp(attack.Test.Balanced[i, 0]) + Math.Exp(attack.Test.Balanced[i, 1]), 4);
    }

    [Theory]
    [InlineData("lookup")]
    [InlineData("linear")]
    [InlineData("products")]
    [InlineData("moments")]
    [InlineData("knn")]
    [InlineData("trees")]
    [InlineData("mlp")]
    public void What_is_not_there_is_not_found(string name)
    {
        var attacker = Attackers.All.Single(one => one.Name == name);
        var parts = attacker is LookupAttacker ? Planted.Codes(0) : Planted.Vectors();
        var leak = Planted.Leak(parts, parts.Knowing(true).OnTraining(attacker, 0));
        Assert.InRange(leak.Low, -1, 0.005);
        Assert.InRange(leak.Value, -0.06, 0.06);
    }

    [Fact]
    public void A_parity_is_no_line_and_read_by_the_mlp()
    {
        void Parity(float[] h, int z) =>
            (h[0], h[1]) = (Math.Abs(h[0]) * (h[2] > 0 ? 1 : -1), Math.Abs(h[1]) * ((h[2] > 0) == (z == 1) ? 1 : -1));
        var parts = Planted.Vectors(Parity);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Low, -1, 0.05);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new MlpAttacker(), 0)).Low, 0.2, 1);
    }

    [Fact]
    public void An_attribute_that_is_gone_only_where_the_extractor_was_trained_is_found_on_unseen_images()
    {
        var parts = Planted.Vectors(onlyUnseen: Shift);
        var (seen, unseen) = (
            Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)),
            Planted.Leak(parts, parts.OnUnseen(new LinearAttacker(), 0))
        );
        Assert.InRange(unseen.Low, 0.25, 1);
        Assert.True(unseen.Value > seen.Value + 0.05, $"{seen} on training images, {unseen} on unseen ones");
    }

    [Fact]
    public void Only_convolutions_read_a_texture()
    {
        var parts = Planted.Textures();
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new MlpAttacker(), 0)).Value, -0.15, 0.15);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new ConvolutionAttacker(), 0)).Low, 0.25, 1);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new ResNetAttacker(), 0)).Low, 0.25, 1);
    }

    [Fact]
    public void A_floor_is_the_same_whatever_stands_in_the_representation()
    {
        var parts = Planted.Vectors(Shift);
        foreach (var floor in Attackers.All.OfType<FloorAttacker>())
            Assert.Equal(parts.Floor(floor).Test.Balanced, Planted.Vectors().Floor(floor).Test.Balanced);
        Assert.Equal(
            ["majority", "labelOnly", "predictionOnly"],
            Attackers.All.Where(attacker => attacker.IsFloor).Select(attacker => attacker.Name)
        );
    }

    [Fact]
    public void What_is_not_there_is_not_found_in_maps() =>
        Assert.InRange(Planted.Leak(Planted.Maps(), Planted.Maps().OnTraining(new ResNetAttacker(), 0)).Low, -1, 0);

    // A vector, a map as small as can be, one that is averaged first, one that is not square, and a code.
    public static TheoryData<long[], int> Shapes =>
        new()
        {
            { [5], 0 },
            { [3, 1, 1], 0 },
            { [3, 6, 6], 0 },
            { [3, 4, 6], 0 },
            { [3, 6, 2], 0 },
            { [], 6 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_attacker_that_can_read_a_place_gives_each_image_a_distribution_and_the_same_again_for_the_same_seed(
        long[] shape,
        int symbols
    )
    {
        foreach (var task in new[] { 0, 2 })
        {
            var problem = new AttackProblem(shape, symbols, task, 3);
            var (fit, choose, test) = (Noise(problem, 32, 1), Noise(problem, 20, 2), Noise(problem, 20, 3));
            var attackers = Attackers.All.Where(attacker => attacker.Reads(problem)).ToArray();
            Assert.NotEmpty(attackers);
            Assert.All(attackers, attacker =>
            {
                double[,] Read()
                {
                    using var fitted = attacker.Fit(problem, fit, choose, 4);
                    return fitted.Read(test);
                }
                var read = Read();
                Assert.Equal((20, 3), (read.GetLength(0), read.GetLength(1)));
                Assert.All(read.Cast<double>(), value => Assert.True(double.IsFinite(value)));
                for (var i = 0; i < 20; i++)
                    Assert.Equal(1, Enumerable.Range(0, 3).Sum(z => Math.Exp(read[i, z])), 4);
                Assert.Equal(read, Read());
            });
        }
    }

    // Constant and copied features, a class that never occurs, one that occurs once, more features than images, and a class and a y that
    // only test images have.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Poor_data_are_read_in_probabilities_too(int task)
    {
        var problem = new AttackProblem([40], 0, task, 4);
        AttackSet Poor(int count, int seed, int[] attribute)
        {
            var noise = torch.randn(count, 10, generator: new Generator((ulong)seed));
            return new AttackSet(
                torch.cat([noise, noise, torch.full(count, 20, 3f)], 1),
                [.. Enumerable.Range(0, count).Select(i => count == 9 ? 0 : i % 2)],
                new int[count],
                attribute
            );
        }
        var fit = Poor(9, 1, [0, 0, 0, 0, 1, 1, 1, 1, 2]);
        var choose = Poor(10, 2, [0, 0, 0, 1, 1, 1, 1, 3, 3, 3]);
        var test = Poor(8, 3, [0, 1, 2, 3, 0, 1, 2, 3]);
        Assert.All(Attackers.All.Where(attacker => attacker.Reads(problem)), attacker =>
        {
            foreach (var known in new[] { fit, fit with { Attribute = new int[9] } })
            {
                using var fitted = attacker.Fit(problem, known, choose, 0);
                var read = fitted.Read(test);
                for (var i = 0; i < test.Count; i++)
                    Assert.Equal(1, Enumerable.Range(0, 4).Sum(z => Math.Exp(read[i, z])), 3);
            }
        });
    }

    [Fact]
    public void Who_says_that_no_seed_matters_reads_the_same_for_another()
    {
        var (vectors, codes) = (Planted.Few(Shift), Planted.Codes(0.5));
        Assert.All(Attackers.All.Where(attacker => !attacker.DependsOnSeed), attacker =>
        {
            var parts = attacker.Reads(codes.Problem) ? codes : vectors;
            Assert.Equal(parts.OnTraining(attacker, 1).Test.Balanced, parts.OnTraining(attacker, 2).Test.Balanced);
        });
    }

    [Fact]
    public void Another_seed_learns_another_way()
    {
        var parts = Planted.Few(Shift);
        Assert.NotEqual(parts.OnTraining(new MlpAttacker(), 3).Test.Balanced, parts.OnTraining(new MlpAttacker(), 4).Test.Balanced);
    }

    [Fact]
    public void Attacks_leave_no_tensor_behind()
    {
        var parts = Planted.Few(Shift).Knowing(task: true);
        parts.OnTraining(new LinearAttacker(), 0);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        parts.OnTraining(new LinearAttacker(), 0);
        parts.OnUnseen(new LinearAttacker(), 0);
        parts.Floor(FloorAttacker.LabelOnly);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => _scope.Dispose();

    private static AttackSet Noise(AttackProblem problem, int count, int seed)
    {
        var random = new Random(seed);
        int[] Labels(int classes) => [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
        var (y, z, size) = (Labels(2), Labels(3), (int)problem.Shape.Aggregate(1L, (product, side) => product * side));
        return new AttackSet(
            problem.IsDiscrete
                ? torch.tensor(Labels(problem.Symbols).Select(symbol => (long)symbol).ToArray())
                : torch.tensor(Enumerable.Range(0, count * size).Select(_ => random.NextSingle()).ToArray(), [count, .. problem.Shape]),
            y,
            y,
            z
        );
    }

    private static void Shift(float[] h, int z) => h[0] += z == 1 ? 1.2f : -1.2f;
}
