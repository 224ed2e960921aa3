using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>Checks of the audit itself: it must find what is there, and must not find what is not.</summary>
public static class ControlRuns
{
    /// <summary>Runs both controls at one place, with the strongest quick attacker that fits it.</summary>
    public static Controls Run(AttackParts parts, double tolerance, double confidence, int seed)
    {
        using var scope = NewDisposeScope();
        var vectors = Pooled(parts).Knowing(task: true);
        var attacker = vectors.Problem.IsDiscrete ? (IAttacker)new LookupAttacker() : new MlpAttacker();
        return new Controls(Planted(vectors, attacker, tolerance, confidence, seed), Shuffled(vectors, attacker, confidence, seed));
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

    private static Control Planted(AttackParts parts, IAttacker attacker, double tolerance, double confidence, int seed)
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
            var written = torch.tensor(set.Attribute.Zip(Permuted(set, random), (own, other) => (long)(random.NextDouble() < share ? own : other)).ToArray());
            return parts.Problem.IsDiscrete
                ? set.Values * classes + written
                : torch.cat([set.Values, functional.one_hot(written, classes).to_type(ScalarType.Float32)], 1);
        });
        var measured = Gain(planted, attacker, confidence, seed);
        return new Control(measured.Low > 0 && measured.Value >= tolerance / 2, measured, tolerance);
    }

    private static Control Shuffled(AttackParts parts, IAttacker attacker, double confidence, int seed)
    {
        var random = new Random(seed);
        var measured = Gain(parts.WithAttribute(set => Permuted(set, random)), attacker, confidence, seed);
        return new Control(measured.Low <= 0, measured, 0);
    }

    private static Measured Gain(AttackParts parts, IAttacker attacker, double confidence, int seed)
    {
        var (attack, floor) = (parts.OnTraining(attacker, seed).Test, parts.LabelOnly().Test);
        return Bootstrap.BalancedDifference(attack.Right(), floor.Right(), attack.Truth, attack.Classes, confidence);
    }

    // z permuted among the images of one y: p(z|y) stays, every other link to the image is gone.
    private static int[] Permuted(AttackSet set, Random random)
    {
        var result = (int[])set.Attribute.Clone();
        foreach (var group in Enumerable.Range(0, set.Count).GroupBy(i => set.Task[i]))
        {
            var rows = group.ToArray();
            var labels = rows.Select(row => set.Attribute[row]).ToArray();
            random.Shuffle(labels);
            for (var i = 0; i < rows.Length; i++) result[rows[i]] = labels[i];
        }
        return result;
    }

    private static AttackParts Pooled(AttackParts parts)
    {
        if (!parts.Problem.IsMap) return parts;
        Tensor Pool(AttackSet set) => functional.adaptive_avg_pool2d(set.Values, [2, 2]).flatten(1);
        return parts.With(parts.Problem with { Shape = [Pool(parts.Test with { Values = parts.Test.Values[..1] }).shape[1]] }, Pool);
    }
}
