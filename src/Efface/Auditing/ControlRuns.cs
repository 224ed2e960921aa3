using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>Checks of the audit itself: it must find what is there, and must not find what is not.</summary>
public static class ControlRuns
{
    /// <summary>Runs both controls at one place, with the cheap half of the suite.</summary>
    /// <param name="parts">The place; of a map, what attackers on vectors see of it.</param>
    /// <param name="settings">Tolerance, attackers and seed.</param>
    /// <param name="sampling">For finding what was planted.</param>
    /// <param name="strict">For not finding what is not there: sure enough for all places together.</param>
    public static Controls Run(AttackParts parts, AuditSettings settings, Sampling sampling, Sampling strict)
    {
        using var scope = NewDisposeScope();
        var vectors = AsVectors(parts).Knowing(task: true);
        IAttacker[] suite = vectors.Problem.IsDiscrete ? [new LookupAttacker()] : [new LinearAttacker(), new MlpAttacker()];
        var seed = settings.Seeds[0];
        return new Controls(Planted(vectors, suite, settings.Tolerance, sampling, seed), Shuffled(vectors, suite, strict, seed));
    }

    /// <summary>
    /// The share q of images in which z itself is written into h (in the others a random z, drawn from p(z|y)) so that the best
    /// possible attacker who knows y gains exactly <paramref name="gain"/> of balanced accuracy: found by bisection on the exact value.
    /// Null when even q = 1 gains less.
    /// </summary>
    /// <param name="joint">Counts of (y, z).</param>
    /// <param name="gain">Of balanced accuracy.</param>
    public static double? PlantedShare(int[,] joint, double gain)
    {
        var floor = BestBalancedAccuracy(joint, 0);
        if (BestBalancedAccuracy(joint, 1) - floor < gain) return null;
        double low = 0, high = 1;
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (BestBalancedAccuracy(joint, middle) - floor < gain) low = middle;
            else high = middle;
        }
        return high;
    }

    private static double BestBalancedAccuracy(int[,] joint, double share)
    {
        int tasks = joint.GetLength(0), classes = joint.GetLength(1);
        var ofClass = Enumerable.Range(0, classes).Select(z => Enumerable.Range(0, tasks).Sum(y => joint[y, z])).ToArray();
        var present = ofClass.Count(count => count > 0);
        var total = 0.0;
        for (var y = 0; y < tasks; y++)
        {
            double row = Enumerable.Range(0, classes).Sum(z => joint[y, z]);
            if (row == 0) continue;
            for (var written = 0; written < classes; written++)
                total += Enumerable.Range(0, classes).Where(z => joint[y, z] > 0)
                    .Max(z => (double)joint[y, z] / ofClass[z] * ((z == written ? share : 0) + (1 - share) * joint[y, written] / row));
        }
        return total / present;
    }

    private static Control Planted(AttackParts parts, IAttacker[] suite, double tolerance, Sampling sampling, int seed)
    {
        var (tasks, classes) = (parts.Problem.TaskClasses, parts.Problem.AttributeClasses);
        var joint = new int[tasks, classes];
        for (var i = 0; i < parts.Test.Count; i++) joint[parts.Test.Task[i], parts.Test.Attribute[i]]++;
        if (PlantedShare(joint, tolerance) is not { } share) return new Control(false, new Measured(double.NaN, double.NaN, double.NaN, parts.Test.Count), tolerance);

        var random = new Random(seed);
        var problem = parts.Problem.IsDiscrete
            ? parts.Problem with { Symbols = parts.Problem.Symbols * classes }
            : parts.Problem with { Shape = [parts.Problem.Shape[0] + classes] };
        var planted = parts.With(problem, set =>
        {
            var written = torch.tensor(set.Attribute.Zip(Permutation.Within(set.Task, set.Attribute, random), (own, other) => (long)(random.NextDouble() < share ? own : other)).ToArray());
            return parts.Problem.IsDiscrete
                ? set.Values * classes + written
                : torch.cat([set.Values, functional.one_hot(written, classes).to_type(ScalarType.Float32)], 1);
        });
        var measured = Gain(planted, suite, sampling, seed);
        return new Control(measured.Low > 0 && measured.Value >= tolerance / 2, measured, tolerance);
    }

    private static Control Shuffled(AttackParts parts, IAttacker[] suite, Sampling sampling, int seed)
    {
        var random = new Random(seed);
        var measured = Gain(parts.WithAttribute(set => Permutation.Within(set.Task, set.Attribute, random)), suite, sampling, seed);
        return new Control(measured.Low <= 0, measured, 0);
    }

    private static Measured Gain(AttackParts parts, IAttacker[] suite, Sampling sampling, int seed)
    {
        var best = suite.Select(attacker => parts.OnTraining(attacker, seed)).MaxBy(attack => attack.Validation.BalancedAccuracy())!.Test;
        return Bootstrap.BalancedDifference(best.Right(), parts.Floor(FloorAttacker.LabelOnly).Test.Right(), best.Truth, best.Classes, sampling);
    }

    private static AttackParts AsVectors(AttackParts parts) => parts.Problem.IsMap
        ? parts.With(parts.Problem with { Shape = [VectorFeatures.Count(parts.Problem)] }, set => VectorFeatures.Of(set.Values))
        : parts;
}
