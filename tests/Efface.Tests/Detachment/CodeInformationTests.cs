using CsCheck;
using Efface.Detachment;
using Efface.Tests.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Detachment;

public sealed class CodeInformationTests
{
    private const int CodeBits = 2,
        Codes = 1 << CodeBits;
    private const double Forgetting = 2;

    private static readonly LossWeights Weights = new(0, 0, Forgetting);

    private static readonly CodeSettings Settings = new()
    {
        Weights = Weights,
        Bits = CodeBits,
        Sharpening = 0,
        Usage = 0,
        Memory = 0.9,
    };

    private static readonly Gen<(double[][] Assignments, int[] Y, int[] Z, int[] Tone)> Batches =
        from count in Gen.Int[1, 12]
        from weights in Gen.Double[0.01, 1].Array[Codes].Array[count]
        from y in Gen.Int[0, 1].Array[count]
        from z in Gen.Int[0, 1].Array[count]
        from tone in Gen.Int[0, 2].Array[count]
        select (weights.Select(row => row.Select(weight => weight / row.Sum()).ToArray()).ToArray(), y, z, tone);

    [Fact]
    public void After_many_equal_batches_the_information_is_that_of_the_batch_in_bits() =>
        Batches.Sample(
            sample =>
            {
                using var scope = NewDisposeScope();
                using var batch = Batch(sample);
                using var detacher = new CodeInformation(Settings, batch.Labels, CPU);
                for (var step = 0; step < 50; step++)
                    detacher.Loss(batch.Input(Assignments(sample)));

                var reported = detacher.Drain();
                Assert.Equal(
                    Bits(Tables.OfBatch(sample.Assignments, sample.Y, 2, sample.Z, 2)),
                    reported["conditionalInformation.z"],
                    1e-4
                );
                Assert.Equal(
                    Bits(Tables.OfBatch(sample.Assignments, sample.Y, 2, sample.Tone, 3)),
                    reported["conditionalInformation.tone"],
                    1e-4
                );
            },
            iter: 20
        );

    [Fact]
    public void The_table_remembers_earlier_batches_and_forgets_them_by_and_by() =>
        Gen.Select(Batches, Batches)
            .Sample(
                (first, second) =>
                {
                    using var scope = NewDisposeScope();
                    using ToyBatch earlier = Batch(first),
                        later = Batch(second);
                    using var detacher = new CodeInformation(Settings, earlier.Labels, CPU);
                    detacher.Loss(earlier.Input(Assignments(first)));
                    detacher.Drain();
                    detacher.Loss(later.Input(Assignments(second)));

                    // Weights 0.9 · 0.1 and 0.1, of sum one.
                    var (a, b) = (
                        Tables.OfBatch(first.Assignments, first.Y, 2, first.Z, 2),
                        Tables.OfBatch(second.Assignments, second.Y, 2, second.Z, 2)
                    );
                    var mixed = Tables.Of(Codes, 2, 2, (c, y, z) => (0.9 * a[c, y, z] + b[c, y, z]) / 1.9);
                    Assert.Equal(Bits(mixed), detacher.Drain()["conditionalInformation.z"], 1e-4);
                },
                iter: 30
            );

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_gradient_is_that_of_the_batch_alone_whatever_share_of_the_table_it_has(int steps) =>
        Batches.Sample(
            sample =>
            {
                using var scope = NewDisposeScope();
                using var batch = Batch(sample);
                using var detacher = new CodeInformation(Settings, batch.Labels, CPU);
                var assignments = Assignments(sample);
                for (var step = 0; step < steps; step++)
                {
                    assignments.grad?.zero_();
                    detacher.Loss(batch.Input(assignments, strength: 0.5)).backward();
                }

                Assert.Equal(Expected(sample), assignments.grad!.data<float>().Select(value => (double)value), (a, b) =>
                    Math.Abs(a - b) < 1e-4
                );
            },
            iter: 30
        );

    [Fact]
    public void Without_forgetting_the_loss_is_sharpness_less_usage() =>
        Batches.Sample(sample =>
        {
            using var scope = NewDisposeScope();
            using var batch = Batch(sample);
            using var detacher = new CodeInformation(
                Settings with
                {
                    Weights = Weights with { Forgetting = 0 },
                    Sharpening = 0.7,
                    Usage = 0.3,
                },
                batch.Labels,
                CPU
            );

            var loss = detacher.Loss(batch.Input(Assignments(sample))).ToDouble();
            var sharpness = sample.Assignments.Average(Entropy);
            var usage = Entropy([.. Enumerable.Range(0, Codes).Select(c => sample.Assignments.Average(assignment => assignment[c]))]);
            Assert.Equal(0.7 * sharpness - 0.3 * usage, loss, 1e-5);
            var reported = detacher.Drain();
            Assert.Equal(sharpness * Information.BitsPerNat, reported["assignmentEntropy"], 1e-5);
            Assert.Equal(usage * Information.BitsPerNat, reported["codeEntropy"], 1e-5);
        });

    [Fact]
    public void Going_down_the_gradient_forgets()
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(64);
        using var detacher = new CodeInformation(Settings with { Memory = 0.5, Bits = 1 }, batch.Labels, CPU);
        // At first the code is z.
        var logits = (nn.functional.one_hot(batch.Batch.Attributes[0], 2).to_type(ScalarType.Float32) * 4).requires_grad_();
        var information = Enumerable
            .Range(0, 200)
            .Select(_ =>
            {
                logits.grad?.zero_();
                detacher.Loss(batch.Input(nn.functional.softmax(logits, 1))).backward();
                using (no_grad())
                    logits.sub_(logits.grad! * 10);
                return detacher.Drain()["conditionalInformation.z"];
            })
            .ToArray();

        Assert.InRange(information[0], 0.7, 1);
        Assert.InRange(information[^1], -1e-6, 0.01);
    }

    [Fact]
    public void The_task_costs_what_guessing_it_from_the_drawn_code_loses() =>
        Batches.Sample(sample =>
        {
            using var scope = NewDisposeScope();
            using var batch = Batch(sample);
            using var detacher = new CodeInformation(
                Settings with
                {
                    Weights = Weights with { Task = 3, Forgetting = 0 },
                },
                batch.Labels,
                CPU
            );

            var loss = detacher.Loss(batch.Input(Assignments(sample))).ToDouble();
            // p(y|c) of the only batch there was.
            double Given(int y, int c) =>
                sample.Assignments.Where((_, i) => sample.Y[i] == y).Sum(row => row[c]) / sample.Assignments.Sum(row => row[c]);
            var expected = sample
                .Assignments.Select((row, i) => -Math.Log(row.Select((p, c) => p * Given(sample.Y[i], c)).Sum()))
                .Average();
            Assert.Equal(3 * expected, loss, 1e-4);
            Assert.Equal(batch.Labels.Joints[0].TaskEntropy - expected * Information.BitsPerNat, detacher.Drain()["taskInformation"], 1e-4);
        });

    [Fact]
    public void Going_down_the_gradient_learns_the_task_and_forgets()
    {
        torch.manual_seed(2);
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(64);
        using var detacher = new CodeInformation(Settings with { Weights = Weights with { Task = 1 }, Memory = 0.5 }, batch.Labels, CPU);
        var logits = torch.randn(64, Codes).requires_grad_();
        IReadOnlyDictionary<string, double> measured = new Dictionary<string, double>();
        for (var step = 0; step < 400; step++)
        {
            logits.grad?.zero_();
            detacher.Loss(batch.Input(nn.functional.softmax(logits, 1))).backward();
            using (no_grad())
                logits.sub_(logits.grad! * 10);
            measured = detacher.Drain();
        }
        Assert.InRange(measured["taskInformation"], batch.Labels.Joints[0].TaskEntropy - 0.05, batch.Labels.Joints[0].TaskEntropy + 1e-4);
        Assert.InRange(measured["conditionalInformation.z"], -1e-6, 0.02);
    }

    [Fact]
    public void Draining_starts_a_new_mean()
    {
        using var scope = NewDisposeScope();
        using var batch = ToyBatch.Random(16);
        using var detacher = new CodeInformation(Settings with { Bits = 1 }, batch.Labels, CPU);
        detacher.Loss(batch.Input(full(16, 2, 0.5f)));
        detacher.Drain();

        Assert.Empty(detacher.Drain());
        detacher.Loss(batch.Input(tensor(new[] { 1f, 0f }).expand(16, 2)));
        Assert.Equal(0, detacher.Drain()["codeEntropy"], 1e-6);
    }

    private static ToyBatch Batch((double[][] Assignments, int[] Y, int[] Z, int[] Tone) sample) =>
        new(ToyTables.Labels("y", 2, sample.Y), ToyTables.Labels("z", 2, sample.Z), ToyTables.Labels("tone", 3, sample.Tone));

    private static Tensor Assignments((double[][] Assignments, int[] Y, int[] Z, int[] Tone) sample) =>
        tensor(sample.Assignments.SelectMany(row => row.Select(p => (float)p)).ToArray(), [sample.Y.Length, Codes]).requires_grad_();

    // λ3 · strength · Σ dI/dp(c|x): through the batch's own table, dI/dp(c,y,z) = log [p(c,y,z) p(y) / (p(c,y) p(y,z))].
    private static IEnumerable<double> Expected((double[][] Assignments, int[] Y, int[] Z, int[] Tone) sample)
    {
        var (z, tone) = (
            Tables.OfBatch(sample.Assignments, sample.Y, 2, sample.Z, 2),
            Tables.OfBatch(sample.Assignments, sample.Y, 2, sample.Tone, 3)
        );
        for (var i = 0; i < sample.Y.Length; i++)
        for (var c = 0; c < Codes; c++)
            yield return Forgetting
                * 0.5
                / sample.Y.Length
                * (Slope(z, c, sample.Y[i], sample.Z[i]) + Slope(tone, c, sample.Y[i], sample.Tone[i]));

        static double Slope(double[,,] table, int c, int y, int z) =>
            Math.Log(
                table[c, y, z]
                    * table.Sum((_, otherY, _) => otherY == y)
                    / table.Sum((otherC, otherY, _) => otherC == c && otherY == y)
                    / table.Sum((_, otherY, otherZ) => otherY == y && otherZ == z)
            );
    }

    private static double Bits(double[,,] table) => table.ConditionalInformation() * Information.BitsPerNat;

    private static double Entropy(double[] probabilities) => -probabilities.Sum(p => p * Math.Log(p));
}
