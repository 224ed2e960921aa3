using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class ControlRunsTests
{
    public static TheoryData<int[][]> Tables =>
        [
            new int[][] { [500, 500], [500, 500] },
            new int[][] { [400, 100], [200, 300] },
            new int[][] { [100, 100, 0, 0], [0, 0, 100, 100] },
            // Ten classes as in CIFAR-10, where y is whether it lives; skewed, with a task that errs.
            new int[][] { [500, 20, 300, 10, 400, 15, 100, 90, 60, 30], [10, 200, 25, 350, 30, 240, 60, 110, 40, 80] },
        ];

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_planted_trace_is_worth_exactly_what_was_asked_for(int[][] counts)
    {
        var joint = new int[counts.Length, counts[0].Length];
        for (var y = 0; y < counts.Length; y++)
        for (var z = 0; z < counts[y].Length; z++)
            joint[y, z] = counts[y][z];
        var share = ControlRuns.PlantedShare(joint, 0.05)!.Value;

        var random = new Random(2);
        var images = (
            from y in Enumerable.Range(0, counts.Length)
            from z in Enumerable.Range(0, counts[y].Length)
            from _ in Enumerable.Range(0, counts[y][z] * 40)
            select (y, z, written: random.NextDouble() < share ? z : Draw(counts[y], random))
        ).ToArray();
        Assert.Equal(0.05, Best(images, image => (image.y, image.written)) - Best(images, image => (image.y, 0)), 0.01);
    }

    [Fact]
    public void Where_the_task_tells_everything_nothing_can_be_planted() =>
        Assert.Null(
            ControlRuns.PlantedShare(
                new[,]
                {
                    { 10, 0 },
                    { 0, 10 },
                },
                0.05
            )
        );

    [Fact]
    public void Where_even_the_whole_trace_gains_too_little_nothing_can_be_planted()
    {
        // y tells z for all but one image in twenty: 0.95 is read already.
        int[,] joint =
        {
            { 95, 5 },
            { 5, 95 },
        };
        Assert.Null(ControlRuns.PlantedShare(joint, 0.06));
        // By hand: a share q gains 0.05 (1.9 q - 0.9), once it outweighs what y says.
        Assert.Equal(1.7 / 1.9, ControlRuns.PlantedShare(joint, 0.04)!.Value, 9);
    }

    [Theory]
    [InlineData(2, 0.3, true)]
    [InlineData(3, 0.3, true)]
    [InlineData(2, 0.03, false)]
    public void A_hidden_trace_is_found_where_images_suffice_and_missed_where_they_do_not(int classes, double tolerance, bool found)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        AttackSet Set(int count)
        {
            var random = new Random(count);
            return new AttackSet(
                randn(count, 6),
                [.. Enumerable.Range(0, count).Select(_ => random.Next(2))],
                new int[count],
                [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))]
            );
        }
        var parts = new AttackParts(new AttackProblem([6], 0, 0, classes), Set(1500), Set(800), Set(1501));
        var controls = Run(parts, new AuditSettings { Tolerance = tolerance, Seeds = [0] }, new Sampling(0.95), new Sampling(0.95));
        Assert.Equal(found, controls.Hidden!.Passed);
        Assert.Equal(tolerance, controls.Hidden.Wanted);
        // It does not decide whether the audit can be believed.
        Assert.Equal(controls.Planted.Passed && controls.Shuffled.Passed, controls.Passed);
    }

    [Fact]
    public void A_larger_gain_takes_a_larger_share()
    {
        int[,] joint =
        {
            { 400, 100 },
            { 200, 300 },
        };
        var shares = new[] { 0.02, 0.05, 0.1, 0.2 }.Select(gain => ControlRuns.PlantedShare(joint, gain)!.Value).ToArray();
        Assert.Equal(shares.Order().Distinct(), shares);
        Assert.All(shares, share => Assert.InRange(share, 0.001, 0.999));
    }

    [Fact]
    public void Both_controls_pass_on_noise_with_enough_images_for_the_trace()
    {
        using var scope = NewDisposeScope();
        var controls = Run(Planted.Vectors(), 0.2);
        Assert.True(controls.Planted.Passed, $"found {controls.Planted.Measured}");
        Assert.True(controls.Shuffled.Passed, $"read {controls.Shuffled.Measured}");
        Assert.True(Run(Planted.Codes(0), 0.1).Passed);
    }

    [Fact]
    public void Too_faint_a_trace_is_not_found_in_few_images()
    {
        using var scope = NewDisposeScope();
        Assert.False(Run(Planted.Vectors(), 0.005).Planted.Passed);
    }

    private static Controls Run(AttackParts parts, double tolerance) =>
        Run(parts, new AuditSettings { Tolerance = tolerance }, new Sampling(0.95), new Sampling(0.95));

    // The best table of p(z | symbol) with classes weighed equally, counted on the very images it is judged on.
    private static double Best((int y, int z, int written)[] images, Func<(int y, int z, int written), object> symbol)
    {
        var ofClass = images.GroupBy(image => image.z).ToDictionary(group => group.Key, group => (double)group.Count());
        return images.GroupBy(symbol).Sum(group => group.GroupBy(image => image.z).Max(same => same.Count() / ofClass[same.Key]))
            / ofClass.Count;
    }

    private static int Draw(int[] counts, Random random)
    {
        var pick = random.Next(counts.Sum());
        for (var z = 0; ; z++)
            if ((pick -= counts[z]) < 0)
                return z;
    }

    private static Controls Run(AttackParts parts, AuditSettings settings, Sampling sampling, Sampling strict) =>
        new(ControlRuns.Planted(parts, settings, sampling), ControlRuns.Shuffled(parts, settings, strict))
        {
            Hidden = ControlRuns.Hidden(parts, settings, sampling),
        };
}
