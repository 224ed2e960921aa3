using Efface.Auditing.Attacks;
using Efface.Benchmarks;
using Efface.Tests.Auditing;
using Efface.Tests.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Benchmarks;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class CasesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Every_case_has_a_name_of_its_own_and_can_be_drawn()
    {
        Assert.Equal(Cases.All.Count, Cases.All.Select(one => one.Name).Distinct().Count());
        Assert.All(Cases.At(0.08), one =>
        {
            var parts = one.Parts(3, 60);
            Assert.Equal((60, 30, 60), (parts.Training.Count, parts.Validation.Count, parts.Test.Count));
            Assert.Equal([60, .. parts.Problem.Shape], parts.Training.Values.shape);
            Assert.True(parts.Training.Values.isfinite().all().ToBoolean(), one.Name);
        });
    }

    [Fact]
    public void A_seed_draws_the_same_again_and_another_seed_something_else()
    {
        var one = Cases.At(0.15).First(each => each.Name.StartsWith("ring, rotated", StringComparison.Ordinal));
        Assert.Equal(one.Parts(5, 40).Test.Values, one.Parts(5, 40).Test.Values);
        Assert.NotEqual(one.Parts(5, 40).Test.Values, one.Parts(6, 40).Test.Values);
    }

    // Who knows how z is written, decides by the likelihood.
    public static TheoryData<string> Readers => [.. Ideal.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Who_knows_how_z_is_written_reads_exactly_so_much(string name)
    {
        foreach (var leak in new[] { 0.05, 0.3 })
        {
            var (make, read) = Ideal[name];
            var one = new Case(name, leak, make(leak));
            var test = one.Parts(2, 40_000).Test;
            using var said = read(test.Values).data<float>();
            // 40,000 images: one standard error is a quarter of a point.
            Assert.Equal(
                one.Trace.Leak + 0.5,
                said.Zip(test.Attribute).Average(pair => pair.First > 0 == (pair.Second == 1) ? 1.0 : 0),
                0.01
            );
            Assert.Equal(leak, one.Trace.Leak, 0.01);
        }
    }

    [Fact]
    public void What_is_added_to_y_is_what_a_simulation_finds()
    {
        var (random, leak, agreement) = (new Random(1), 0.35, 0.8);
        var (shift, right, alone) = (VectorTraces.Shift(leak), 0, 0);
        const int Images = 200_000;
        for (var i = 0; i < Images; i++)
        {
            var z = random.Next(2) * 2 - 1;
            var y = random.NextDouble() < agreement ? z : -z;
            var h = z * shift + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            if (Math.Sign(2 * shift * h + y * Math.Log(agreement / (1 - agreement))) == z)
                right++;
            if (y == z)
                alone++;
        }
        Assert.Equal((right - alone) / (double)Images, Cases.GivenTask(leak, agreement), 0.005);
    }

    [Fact]
    public void What_is_erased_is_gone_on_training_images_for_every_line()
    {
        var one = Cases.At(0.15).Single(each => each.Name.Contains("erased", StringComparison.Ordinal));
        var parts = one.Parts(1, 2000);
        var means = Enumerable
            .Range(0, 2)
            .Select(z => parts.Training.Values[torch.tensor(parts.Training.Attribute.Select(label => label == z).ToArray())].mean([0L]))
            .ToArray();
        Assert.InRange((means[1] - means[0]).abs().amax().ToDouble(), 0, 1e-5);
        Assert.InRange(Planted.Leak(parts, parts.OnTraining(new LinearAttacker(), 0)).Value, -0.06, 0.06);
    }

    // Each at a strength that so few images show.
    [Theory]
    [InlineData("linear, rotated 30 %", "linear")]
    [InlineData("tiny, rotated 30 %", "linear")]
    [InlineData("linear, 95% of one class 30 %", "linear")]
    [InlineData("linear, 20% wrong labels 30 %", "linear")]
    [InlineData("z xor y, linear 30 %", "linear")]
    [InlineData("linear, y goes with z 15 %", "linear")]
    [InlineData("xor 15 %", "products")]
    [InlineData("xor, rotated 30 %", "products")]
    [InlineData("parity of 3 15 %", "products")]
    [InlineData("ring, rotated 30 %", "products")]
    [InlineData("z xor y, ring 30 %", "products")]
    [InlineData("xor, linear trace erased 15 %", "products")]
    [InlineData("xor, rotated 30 %", "moments")]
    [InlineData("parity of 3, rotated 30 %", "moments")]
    [InlineData("ring, rotated 30 %", "moments")]
    [InlineData("patch somewhere in a map 30 %", "patches")]
    [InlineData("shift of a whole map 30 %", "patches")]
    [InlineData("ring 15 %", "trees")]
    [InlineData("in 30 % of images 15 %", "knn")]
    [InlineData("shift of a whole map 30 %", "linear")]
    [InlineData("template 30 %", "template")]
    public void A_case_is_found_by_the_attacker_that_is_there_for_it(string name, string attacker)
    {
        var one = Cases.All.Single(each => each.Name == name);
        var parts = one.Parts(4, 2000).Knowing(task: true);
        var attack = parts.OnTraining(Attackers.All.Single(each => each.Name == attacker), 0);
        Assert.InRange(attack.Test.BalancedAccuracy() - one.Agreement, one.BayesLeak / 2, one.BayesLeak + 0.05);
    }

    [Fact]
    public void What_only_unseen_images_show_is_found_there()
    {
        var one = Cases.All.Single(each => each.Name == "linear, only on unseen images 30 %");
        var parts = one.Parts(4, 2000);
        Assert.InRange(parts.OnTraining(new LinearAttacker(), 0).Test.BalancedAccuracy(), 0.2, 0.65);
        Assert.InRange(parts.OnUnseen(new LinearAttacker(), 0).Test.BalancedAccuracy(), 0.7, 0.85);
    }

    [Fact]
    public void No_average_of_a_map_shows_a_template()
    {
        var one = Cases.All.Single(each => each.Name == "template 30 %");
        var test = one.Parts(4, 60, test: 20_000).Test;
        var averages = VectorFeatures.Of(test.Values)[.., ..(8 * 17)];
        var z = torch.tensor(test.Attribute.Select(label => label == 1).ToArray());
        // Of 136 averages; of 20,000 images one standard error is .0141 deviations.
        Assert.InRange(((averages[z].mean([0L]) - averages[~z].mean([0L])) / averages.std(0)).abs().amax().ToDouble(), 0, 0.065);
    }

    public void Dispose() => _scope.Dispose();

    private static readonly Dictionary<string, (Func<double, Trace> Make, Func<Tensor, Tensor> Read)> Ideal = new()
    {
        ["linear"] = (leak => VectorTraces.Linear(leak, rotated: false), h => h[.., 0]),
        ["tiny"] = (leak => VectorTraces.Tiny(leak, rotated: false), h => h[.., 0]),
        ["xor"] = (leak => VectorTraces.Product(2, leak, rotated: false), h => h[.., 0] * h[.., 1]),
        ["parity"] = (leak => VectorTraces.Product(3, leak, rotated: false), h => h[.., 0] * h[.., 1] * h[.., 2]),
        ["ring"] = (leak => VectorTraces.Ring(leak, rotated: false), h => h[.., 0].square() + h[.., 1].square() - 2 * Math.Log(2)),
        ["rare"] = (VectorTraces.Rare, h => h[.., 0]),
        ["averaged"] = (leak => VectorTraces.Stochastic(leak, averaged: true), h => h[.., 0]),
        ["everywhere"] = (MapTraces.Everywhere, h => h[.., 0].mean([1, 2])),
    };
}
