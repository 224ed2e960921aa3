using Efface.Auditing;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class FloorTests
{
    [Fact]
    public void Knowing_living_reads_a_fifth_of_ten_classes_as_in_CIFAR()
    {
        // Classes 2 to 7 are living; every class is as frequent as every other.
        var parts = Parts(10, 1000, i => i % 10, z => z is >= 2 and <= 7 ? 1 : 0);
        Assert.Equal(0.2, parts.LabelOnly().Test.Score(0.95).BalancedAccuracy.Value, 12);
        Assert.Equal(0.1, parts.Floor(set => new int[set.Count], 1).Test.Score(0.95).BalancedAccuracy.Value, 12);
    }

    [Fact]
    public void Majority_is_right_as_often_as_the_frequent_class_and_half_right_when_balanced()
    {
        var floor = Parts(2, 400, i => i % 4 == 0 ? 1 : 0, _ => 0).Floor(set => new int[set.Count], 1).Test.Score(0.95);
        Assert.Equal(0.75, floor.Accuracy.Value, 12);
        Assert.Equal(0.5, floor.BalancedAccuracy.Value, 12);
    }

    [Fact]
    public void A_symbol_that_was_never_seen_is_no_trouble()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        AttackSet Set(long symbol) => new(torch.full([4], symbol, torch.int64), [0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 0, 1]);
        var problem = new AttackProblem([], 3, 0, 2);
        using var fitted = new LookupAttacker().Fit(problem, Set(0), Set(0), 0);
        var read = fitted.Read(Set(2));
        Assert.Equal(read[0, 0], read[0, 1], 12);
        Assert.True(double.IsFinite(read[0, 0]));
    }

    private static AttackParts Parts(int classes, int count, Func<int, int> attribute, Func<int, int> task)
    {
        int[] z = [.. Enumerable.Range(0, count).Select(attribute)], y = [.. z.Select(task)];
        AttackSet Set() => new(torch.zeros(0), y, y, [.. z]);
        return new AttackParts(new AttackProblem([], 1, 0, classes), Set(), Set(), Set());
    }
}
