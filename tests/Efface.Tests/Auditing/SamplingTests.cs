using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

/// <summary>Images of one person are not independent: intervals must know.</summary>
public sealed class SamplingTests
{
    private const int Redraws = 2000,
        People = 200,
        Each = 5;

    // Each person is read rightly always or never, so that there are as many independent images as people.
    [Fact]
    public void Intervals_over_people_hold_the_truth_where_intervals_over_images_do_not()
    {
        var random = new Random(5);
        var (groups, truth) = (Groups(), Truth());
        var held = new Dictionary<string, int>();
        void Count(string name, Measured measured, double value) =>
            held[name] = held.GetValueOrDefault(name) + (measured.Low <= value && value <= measured.High ? 1 : 0);
        for (var redraw = 0; redraw < Redraws; redraw++)
        {
            bool[] persons = [.. Enumerable.Range(0, People).Select(_ => random.NextDouble() < 0.7)],
                right = [.. groups.Select(person => persons[person])];
            Count("people, balanced", Bootstrap.BalancedAccuracy(right, truth, 2, new Sampling(0.95, groups)), 0.7);
            Count("images, balanced", Bootstrap.BalancedAccuracy(right, truth, 2, new Sampling(0.95)), 0.7);
            Count("people, share", Measured.Share(right, new Sampling(0.95, groups)), 0.7);
            Count("images, share", Measured.Share(right, new Sampling(0.95)), 0.7);
            Count("people, mean", Measured.Mean([.. right.Select(hit => hit ? 1.0 : 0)], new Sampling(0.95, groups)), 0.7);
        }
        Assert.InRange(held["people, balanced"], 0.94 * Redraws, 0.96 * Redraws);
        Assert.InRange(held["people, share"], 0.94 * Redraws, 0.96 * Redraws);
        Assert.InRange(held["people, mean"], 0.93 * Redraws, 0.96 * Redraws);
        Assert.InRange(held["images, balanced"], 0, 0.7 * Redraws);
        Assert.InRange(held["images, share"], 0, 0.7 * Redraws);
    }

    [Fact]
    public void Groups_of_one_image_are_no_groups()
    {
        var random = new Random(6);
        int[] truth = Truth(),
            alone = [.. Enumerable.Range(0, truth.Length)];
        bool[] right = [.. truth.Select(_ => random.NextDouble() < 0.8)];
        var (with, without) = (
            Bootstrap.BalancedAccuracy(right, truth, 2, new Sampling(0.95, alone)),
            Bootstrap.BalancedAccuracy(right, truth, 2, new Sampling(0.95))
        );
        Assert.Equal(without.Value, with.Value);
        Assert.Equal(without.Low, with.Low, 0.01);
        Assert.Equal(without.High, with.High, 0.01);
    }

    [Fact]
    public void The_standard_error_of_a_sum_is_that_of_its_groups_sums()
    {
        // Two groups with sums 3 and -3: the squares, times 2 / (2 - 1).
        Assert.Equal(Math.Sqrt(18 * 2.0), new Sampling(0.95, [0, 0, 1, 1]).StandardError([1, 2, -1, -2]), 12);
        Assert.Equal(Math.Sqrt(10 * 4.0 / 3), new Sampling(0.95).StandardError([1, 2, -1, -2]), 12);
    }

    private static int[] Groups() => [.. Enumerable.Range(0, People * Each).Select(i => i / Each)];

    private static int[] Truth() => [.. Enumerable.Range(0, People * Each).Select(i => i / Each % 2)];
}
