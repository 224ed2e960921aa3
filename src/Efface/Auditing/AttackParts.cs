using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Auditing;

/// <summary>One place and one attribute, in all three parts: what attackers are fitted on, chosen on and read on.</summary>
/// <param name="Problem">What the attacker is up against; knows y.</param>
/// <param name="Training">Images that the extractor learnt from.</param>
/// <param name="Validation">Images that it never saw.</param>
/// <param name="Test">Read once.</param>
public sealed record AttackParts(AttackProblem Problem, AttackSet Training, AttackSet Validation, AttackSet Test)
{
    /// <summary>The same images with another representation.</summary>
    public AttackParts With(AttackProblem problem, Func<AttackSet, Tensor> values) => new(problem,
        Training with { Values = values(Training) }, Validation with { Values = values(Validation) }, Test with { Values = values(Test) });

    /// <summary>The same images with other labels z.</summary>
    public AttackParts WithAttribute(Func<AttackSet, int[]> attribute) => this with
    {
        Training = Training with { Attribute = attribute(Training) },
        Validation = Validation with { Attribute = attribute(Validation) },
        Test = Test with { Attribute = attribute(Test) },
    };

    /// <summary>The same problem for an attacker who does or does not know y.</summary>
    public AttackParts Knowing(bool task) => this with { Problem = Problem with { TaskClasses = task ? Training.Task.Concat(Validation.Task).Concat(Test.Task).Max() + 1 : 0 } };

    /// <summary>Fits on the extractor's training images, chooses on validation.</summary>
    public Attack OnTraining(IAttacker attacker, int seed)
    {
        using var fitted = attacker.Fit(Problem, Training, Validation, seed);
        var prior = Training.Prior(Problem.AttributeClasses);
        return new Attack(new Readings(fitted.Read(Validation), prior, Validation.Attribute), new Readings(fitted.Read(Test), prior, Test.Attribute));
    }

    /// <summary>
    /// Fits on images that the extractor never saw: once on each half of validation, each judged on the other half; on test the
    /// two opinions are averaged. So every validation image is used for fitting and for choosing, never for both at once.
    /// </summary>
    public Attack OnUnseen(IAttacker attacker, int seed)
    {
        var order = Enumerable.Range(0, Validation.Count).ToArray();
        new Random(seed).Shuffle(order);
        int[][] halves = [order[..(order.Length / 2)], order[(order.Length / 2)..]];
        var validation = new double[Validation.Count, Problem.AttributeClasses];
        var test = new double[Test.Count, Problem.AttributeClasses];
        for (var half = 0; half < 2; half++)
        {
            using var scope = NewDisposeScope();
            var (fit, choose) = (Validation.Select(halves[half]), Validation.Select(halves[1 - half]));
            using var fitted = attacker.Fit(Problem, fit, choose, seed);
            var (chosen, tested) = (fitted.Read(choose), fitted.Read(Test));
            for (var z = 0; z < Problem.AttributeClasses; z++)
            {
                for (var i = 0; i < choose.Count; i++) validation[halves[1 - half][i], z] = chosen[i, z];
                for (var i = 0; i < Test.Count; i++) test[i, z] += tested[i, z] / 2;
            }
        }
        var prior = Validation.Prior(Problem.AttributeClasses);
        return new Attack(new Readings(validation, prior, Validation.Attribute), new Readings(test, prior, Test.Attribute));
    }

    /// <summary>A floor: the lookup table of a symbol that is not h, fitted where it reads validation better.</summary>
    public Attack Floor(Func<AttackSet, int[]> symbol, int symbols)
    {
        using var scope = NewDisposeScope();
        var parts = With(Problem with { Shape = [], Symbols = symbols, TaskClasses = 0 }, set => torch.tensor(symbol(set).Select(s => (long)s).ToArray()));
        var lookup = new LookupAttacker();
        var (seen, unseen) = (parts.OnTraining(lookup, 0), parts.OnUnseen(lookup, 0));
        return unseen.Validation.BalancedAccuracy() > seen.Validation.BalancedAccuracy() ? unseen : seen;
    }

    /// <summary>The label-only floor: what y alone tells of z.</summary>
    public Attack LabelOnly() => Floor(set => set.Task, Knowing(task: true).Problem.TaskClasses);
}

/// <summary>An attacker's opinions on validation, which it is chosen by, and on test, which count.</summary>
public sealed record Attack(Readings Validation, Readings Test);
