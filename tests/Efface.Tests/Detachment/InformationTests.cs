using CsCheck;
using Efface.Detachment;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

public sealed class InformationTests
{
    [Fact]
    public void Conditional_information_is_what_its_definition_says() =>
        Tables.Any.Sample(table => Assert.Equal(table.ConditionalInformation(), Conditional(table), 1e-9));

    [Fact]
    public void Conditional_information_is_never_negative() =>
        Tables.Any.Sample(table => Assert.InRange(Conditional(table), -1e-9, double.MaxValue));

    [Fact]
    public void A_code_independent_of_the_attribute_given_the_task_tells_nothing() =>
        Gen.Select(Tables.Any, Gen.Double[0.1, 0.9])
            .Sample(
                (table, share) =>
                {
                    // p(y, z) as it comes, and p(c|y) that leans on y alone.
                    var independent = Tables.Of(2, table.GetLength(1), table.GetLength(2), (c, y, z) =>
                        table.Sum((_, otherY, otherZ) => otherY == y && otherZ == z) * (c == y % 2 ? share : 1 - share)
                    );

                    Assert.Equal(0, Conditional(independent), 1e-9);
                }
            );

    [Fact]
    public void A_code_that_is_the_attribute_tells_all_that_the_task_leaves_open() =>
        Tables.Any.Sample(table =>
        {
            var copied = Tables.Of(table.GetLength(2), table.GetLength(1), table.GetLength(2), (c, y, z) =>
                c == z ? table.Sum((_, otherY, otherZ) => otherY == y && otherZ == z) : 0
            );
            var left = Enumerable
                .Range(0, table.GetLength(1))
                .Sum(y =>
                {
                    var task = table.Sum((_, otherY, _) => otherY == y);
                    return -Enumerable
                        .Range(0, table.GetLength(2))
                        .Select(z => table.Sum((_, otherY, otherZ) => otherY == y && otherZ == z))
                        .Where(cell => cell > 0)
                        .Sum(cell => cell * Math.Log(cell / task));
                });

            Assert.Equal(left, Conditional(copied), 1e-9);
        });

    [Fact]
    public void A_code_can_tell_the_attribute_only_to_who_knows_the_task()
    {
        // c = z xor y: alone it tells nothing of z, together with y everything.
        var table = Tables.Of(2, 2, 2, (c, y, z) => c == (y ^ z) ? 0.25 : 0);

        Assert.Equal(1, Conditional(table) * Information.BitsPerNat, 1e-9);
        Assert.Equal(0, Conditional(Tables.Of(2, 1, 2, (c, _, z) => table.Sum((otherC, _, otherZ) => otherC == c && otherZ == z))), 1e-9);
    }

    [Fact]
    public void The_gradient_is_that_of_finite_differences() =>
        Tables.Any.Sample(
            table =>
            {
                var full = Mixed(table);
                var gradient = Gradient(full);
                const double h = 1e-6;
                for (var i = 0; i < gradient.Length; i++)
                {
                    var difference = (Conditional(Nudged(full, i, h)) - Conditional(Nudged(full, i, -h))) / (2 * h);
                    Assert.Equal(difference, gradient[i], 1e-5);
                }
            },
            iter: 30
        );

    [Fact]
    public void The_gradient_stays_finite_in_empty_cells() =>
        Tables.Any.Sample(table => Assert.All(Gradient(table), value => Assert.True(double.IsFinite(value))));

    [Fact]
    public void The_plug_in_estimate_lies_above_the_truth_by_the_bias()
    {
        // Four codes, and z with three classes under the first y and two under the second; independent given y.
        var (samples, repetitions, random) = (300, 1000, new Random(11));
        var estimates = Enumerable.Range(0, repetitions).Select(_ => Conditional(Independent(samples, random))).ToArray();
        var mean = estimates.Average();
        var standardError = Math.Sqrt(estimates.Average(estimate => (estimate - mean) * (estimate - mean)) / repetitions);

        var bias = Information.ConditionalBias(4, [3, 2], samples);
        // First order: what is left out is of the order 1/n².
        Assert.Equal(bias, mean, 4 * standardError + 0.03 * bias);
        Assert.Equal(9 / 600.0, bias, 1e-12);
    }

    [Fact]
    public void Without_a_choice_of_codes_or_classes_there_is_no_bias()
    {
        Assert.Equal(0, Information.ConditionalBias(1, [5, 5], 100));
        Assert.Equal(0, Information.ConditionalBias(8, [1, 1, 0], 100));
    }

    [Theory]
    [InlineData(1, 0.0, 1.0)]
    [InlineData(1, 0.6931471805599453, 0.0)]
    [InlineData(2, 1.3862943611198906, 0.0)]
    [InlineData(1, 1.3862943611198906, -1.0)]
    public void A_heads_cross_entropy_in_nats_bounds_the_information_in_bits(double entropy, double crossEntropy, double expected) =>
        Assert.Equal(expected, Information.LowerBound(entropy, crossEntropy), 1e-12);

    [Fact]
    public void Entropy_has_its_closed_forms()
    {
        using var probabilities = tensor(new[] { 0.25, 0.25, 0.25, 0.25, 1, 0, 0, 0, 0.5, 0.5, 0, 0, 0.9, 0.1, 0, 0 }, [4, 4]);
        using var entropies = Information.Entropy(probabilities);

        Assert.Equal([Math.Log(4), 0, Math.Log(2), -0.9 * Math.Log(0.9) - 0.1 * Math.Log(0.1)], entropies.data<double>(), (a, b) =>
            Math.Abs(a - b) < 1e-9
        );
    }

    private static double Conditional(double[,,] table)
    {
        using Tensor joint = table.ToTensor(),
            information = Information.Conditional(joint);
        return information.ToDouble();
    }

    private static double[] Gradient(double[,,] table)
    {
        using var scope = NewDisposeScope();
        var joint = table.ToTensor().requires_grad_();
        Information.Conditional(joint).backward();
        return joint.grad!.data<double>().ToArray();
    }

    // No cell so small that a difference could not be taken.
    private static double[,,] Mixed(double[,,] table) =>
        Tables.Of(table.GetLength(0), table.GetLength(1), table.GetLength(2), (c, y, z) => 0.8 * table[c, y, z] + 0.2 / table.Length);

    private static double[,,] Nudged(double[,,] table, int cell, double by) =>
        Tables.Of(table.GetLength(0), table.GetLength(1), table.GetLength(2), (c, y, z) =>
            table[c, y, z] + ((c * table.GetLength(1) + y) * table.GetLength(2) + z == cell ? by : 0)
        );

    private static double[,,] Independent(int samples, Random random)
    {
        var counts = new double[4, 2, 3];
        for (var i = 0; i < samples; i++)
        {
            var y = random.Next(2);
            counts[random.Next(4), y, random.Next(3 - y)] += 1.0 / samples;
        }
        return counts;
    }
}
