using Efface.Auditing.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>One place and one attribute, in all three parts: attackers are fitted on one, chosen on one and evaluated on one.</summary>
/// <param name="Problem">The problem that the attacker faces.</param>
/// <param name="Training">Images that the extractor learnt from.</param>
/// <param name="Validation">Images that it never saw.</param>
/// <param name="Test">Evaluated once.</param>
public sealed record AttackParts(AttackProblem Problem, AttackSet Training, AttackSet Validation, AttackSet Test)
{
    /// <summary>The same images with another representation.</summary>
    public AttackParts With(AttackProblem problem, Func<AttackSet, Tensor> values) =>
        new(
            problem,
            Training with
            {
                Values = values(Training),
            },
            Validation with
            {
                Values = values(Validation),
            },
            Test with
            {
                Values = values(Test),
            }
        );

    /// <summary>The same images with other labels z.</summary>
    public AttackParts WithAttribute(Func<AttackSet, int[]> attribute) =>
        this with
        {
            Training = Training with { Attribute = attribute(Training) },
            Validation = Validation with { Attribute = attribute(Validation) },
            Test = Test with { Attribute = attribute(Test) },
        };

    /// <summary>The same problem for an attacker that knows y, or does not.</summary>
    public AttackParts Knowing(bool task) =>
        this with
        {
            Problem = Problem with { TaskClasses = task ? Training.Task.Concat(Validation.Task).Concat(Test.Task).Max() + 1 : 0 },
        };

    /// <summary>Fits on the extractor's training images, chooses on validation.</summary>
    public Attack OnTraining(IAttacker attacker, int seed, CancellationToken cancel = default)
    {
        using var fitted = attacker.Fit(Problem, Training, Validation, seed, cancel);
        var prior = Training.Prior(Problem.AttributeClasses);
        return new Attack(
            new Readings(fitted.Read(Validation), prior, Validation.Attribute),
            new Readings(fitted.Read(Test), prior, Test.Attribute)
        );
    }

    /// <summary>
    /// Fits on images that the extractor never saw: once on each half of validation, each judged on the other half; on test the two
    /// predictions are averaged. So every validation image is used for fitting and for choosing, but never for both at once.
    /// </summary>
    public Attack OnUnseen(IAttacker attacker, int seed, CancellationToken cancel = default)
    {
        var halves = Halves(Validation, seed);
        var validation = new double[Validation.Count, Problem.AttributeClasses];
        var test = new double[2][,];
        for (var half = 0; half < 2; half++)
        {
            using var scope = NewDisposeScope();
            var (fit, choose) = (Validation.Select(halves[half]), Validation.Select(halves[1 - half]));
            using var fitted = attacker.Fit(Problem, fit, choose, seed, cancel);
            var chosen = fitted.Read(choose);
            test[half] = fitted.Read(Test);
            for (var i = 0; i < choose.Count; i++)
            for (var z = 0; z < Problem.AttributeClasses; z++)
                validation[halves[1 - half][i], z] = chosen[i, z];
        }
        var prior = Validation.Prior(Problem.AttributeClasses);
        return new Attack(
            new Readings(validation, prior, Validation.Attribute),
            new Readings(Mean(test[0], test[1]), prior, Test.Attribute)
        );
    }

    /// <summary>What is reached without h, fitted on the images where it reads validation better.</summary>
    public Attack Floor(FloorAttacker floor)
    {
        using var scope = NewDisposeScope();
        var without = With(Problem, set => torch.zeros(set.Count, 0)); // unused values need not be copied
        var (seen, unseen) = (without.OnTraining(floor, 0), without.OnUnseen(floor, 0));
        return unseen.Validation.BalancedAccuracy() > seen.Validation.BalancedAccuracy() ? unseen : seen;
    }

    // Images of one group stay together.
    private static int[][] Halves(AttackSet set, int seed)
    {
        var groups = set.Groups ?? [.. Enumerable.Range(0, set.Count)];
        var order = groups.Distinct().ToArray();
        new Random(seed).Shuffle(order);
        var first = order[..(order.Length / 2)].ToHashSet();
        return
        [
            .. new[] { true, false }.Select(half => Enumerable.Range(0, set.Count).Where(i => first.Contains(groups[i]) == half).ToArray()),
        ];
    }

    private static double[,] Mean(double[,] one, double[,] other)
    {
        var mean = new double[one.GetLength(0), one.GetLength(1)];
        for (var i = 0; i < mean.GetLength(0); i++)
        for (var z = 0; z < mean.GetLength(1); z++)
        {
            var (high, low) = (Math.Max(one[i, z], other[i, z]), Math.Min(one[i, z], other[i, z]));
            mean[i, z] = high + Math.Log(0.5 * (1 + Math.Exp(low - high)));
        }
        return mean;
    }
}

/// <summary>An attacker's predictions on validation, which decide whether it is chosen, and on test, which count.</summary>
public sealed record Attack(Readings Validation, Readings Test);
