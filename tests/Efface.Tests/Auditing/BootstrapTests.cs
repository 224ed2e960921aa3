using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class BootstrapTests
{
    [Fact]
    public void Balanced_accuracy_gives_a_rare_class_its_full_weight()
    {
        bool[] right = [true, true, true, false, true, false];
        int[] classes = [0, 0, 0, 0, 1, 1];
        Assert.Equal((0.75 + 0.5) / 2, Bootstrap.BalancedAccuracy(right, classes, 2, 0.95).Value);
    }

    [Fact]
    public void A_reader_differs_from_itself_by_nothing()
    {
        var (right, _, classes) = Draw(300, 0.6, 0.6, new Random(3));
        var difference = Bootstrap.BalancedDifference(right, right, classes, 2, 0.95);
        Assert.Equal((0, 0, 0), (difference.Value, difference.Low, difference.High));
    }

    [Fact]
    public void The_interval_is_about_as_wide_as_the_normal_one()
    {
        var (right, _, classes) = Draw(2000, 0.7, 0.5, new Random(5));
        var measured = Bootstrap.BalancedAccuracy(right, classes, 2, 0.95);
        Assert.InRange(measured.High - measured.Low, 0.9 * 2 * 1.96 * Math.Sqrt(0.21 / 2000), 1.1 * 2 * 1.96 * Math.Sqrt(0.21 / 2000));
    }

    [Fact]
    public void The_interval_holds_the_truth_about_as_often_as_it_says()
    {
        var random = new Random(7);
        var held = Enumerable.Range(0, 200).Count(_ =>
        {
            var (right, other, classes) = Draw(150, 0.7, 0.6, random);
            var difference = Bootstrap.BalancedDifference(right, other, classes, 2, 0.9);
            return difference.Low <= 0.1 && 0.1 <= difference.High;
        });
        Assert.InRange(held, 165, 195);
    }

    private static (bool[] Right, bool[] Other, int[] Classes) Draw(int n, double first, double second, Random random)
        => ([.. Enumerable.Range(0, n).Select(_ => random.NextDouble() < first)],
            [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() < second)],
            [.. Enumerable.Range(0, n).Select(i => i % 2)]);
}
