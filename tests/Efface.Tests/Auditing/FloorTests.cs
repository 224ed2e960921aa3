using Efface.Auditing;
using Efface.Auditing.Attacks;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class FloorTests
{
    [Fact]
    public void Knowing_living_reads_a_fifth_of_ten_classes_as_in_CIFAR()
    {
        // Classes 2 to 7 are living; every class is as frequent as every other.
        var parts = Parts(10, 1000, i => i % 10, (z, _) => z is >= 2 and <= 7 ? 1 : 0);
        Assert.Equal(0.2, parts.Floor(FloorAttacker.LabelOnly).Test.Score(new Sampling(0.95)).BalancedAccuracy.Value, 12);
        Assert.Equal(0.1, parts.Floor(FloorAttacker.Majority).Test.Score(new Sampling(0.95)).BalancedAccuracy.Value, 12);
    }

    [Fact]
    public void Majority_is_right_as_often_as_the_frequent_class_and_half_right_when_balanced()
    {
        var floor = Parts(2, 400, i => i % 4 == 0 ? 1 : 0, (_, _) => 0).Floor(FloorAttacker.Majority).Test.Score(new Sampling(0.95));
        Assert.Equal(0.75, floor.Accuracy.Value, 12);
        Assert.Equal(0.5, floor.BalancedAccuracy.Value, 12);
    }

    [Fact]
    public void The_models_own_decision_reads_less_than_the_task_where_it_errs()
    {
        // ŷ is wrong for one image in five of each class. By hand: of ŷ = 1 each living class has p(ŷ|z) = 0.8, each other 0.2; the
        // table says one living class for ŷ = 1 and one other for ŷ = 0, and is right for 0.8 of each.
        var parts = Parts(10, 1000, i => i % 10, (z, _) => z is >= 2 and <= 7 ? 1 : 0, (y, i) => i / 10 % 5 == 0 ? 1 - y : y);
        Assert.Equal(0.16, parts.Floor(FloorAttacker.PredictionOnly).Test.Score(new Sampling(0.95)).BalancedAccuracy.Value, 12);
        Assert.Equal(0.2, parts.Floor(FloorAttacker.LabelOnly).Test.Score(new Sampling(0.95)).BalancedAccuracy.Value, 12);
    }

    [Fact]
    public void Floors_of_a_rare_attribute_weigh_its_classes_equally()
    {
        // Of 1,000 images 100 have z = 1; y = 1 holds for 60 of them and for 180 of the others. Decisions by p(y|z): 0.6 beats 0.2 under
        // y = 1, and 0.4 loses to 0.8 under y = 0; decisions by counts always say 0.
        int[] z = [.. Enumerable.Range(0, 1000).Select(i => i < 100 ? 1 : 0)];
        var scores = Parts(
                2,
                1000,
                i => z[i],
                (label, i) =>
                    label == 1 ? (i < 60 ? 1 : 0)
                    : i < 280 ? 1
                    : 0
            )
            .Floor(FloorAttacker.LabelOnly)
            .Test.Score(new Sampling(0.95));
        Assert.Equal((0.6 + 0.8) / 2, scores.BalancedAccuracy.Value, 12);
        Assert.Equal(0.9, scores.Accuracy.Value, 12);
    }

    [Fact]
    public void A_floor_is_fitted_where_it_reads_validation_better()
    {
        // Ten symbols that tell z, once each in validation: only on training images can they all be learnt.
        int[] symbols = [.. Enumerable.Range(0, 10)],
            z = [.. symbols.Select(symbol => symbol % 2)];
        AttackSet Set(int[] attribute) => new(torch.zeros(0), symbols, symbols, attribute);
        var parts = new AttackParts(new AttackProblem([], 1, 0, 2), Set(z), Set(z), Set(z));
        Assert.Equal(1, parts.Floor(FloorAttacker.LabelOnly).Validation.BalancedAccuracy());

        // y tells z on images that the extractor never saw, and the opposite on those it learnt from.
        int[] y = [.. Enumerable.Range(0, 40).Select(i => i % 2)],
            opposite = [.. y.Select(label => 1 - label)];
        AttackSet Told(int[] attribute) => new(torch.zeros(0), y, y, attribute);
        Assert.Equal(
            1,
            new AttackParts(parts.Problem, Told(opposite), Told(y), Told(y)).Floor(FloorAttacker.LabelOnly).Test.BalancedAccuracy()
        );
    }

    // y is a function of z and the image's number, ŷ of y and the number; all three parts are alike.
    private static AttackParts Parts(
        int classes,
        int count,
        Func<int, int> attribute,
        Func<int, int, int> task,
        Func<int, int, int>? decide = null
    )
    {
        int[] z = [.. Enumerable.Range(0, count).Select(attribute)],
            y = [.. z.Select(task)];
        AttackSet Set() => new(torch.zeros(0), y, decide is null ? y : [.. y.Select(decide)], z);
        return new AttackParts(new AttackProblem([], 1, 0, classes), Set(), Set(), Set());
    }
}
