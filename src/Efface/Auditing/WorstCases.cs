namespace Efface.Auditing;

/// <summary>One class against the rest: an average over thirty classes hides that one of them is always recognised.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Attacker">The attacker that separates it best from the rest on validation.</param>
/// <param name="GivenTask">Balanced accuracy of class against rest, less what y alone reaches, on test, at the confidence corrected for the
/// number of classes.</param>
public sealed record ClassLeak(string Class, Choice Attacker, Measured GivenTask);

/// <summary>
/// The test images of which an attacker is most confident: an overall average hides that some are read for certain. Classes count as if
/// they were equally frequent.
/// </summary>
/// <param name="Attacker">The attacker whose most confident images gain most on validation.</param>
/// <param name="Images">How many there are: a twentieth, and at least 50.</param>
/// <param name="Gain">The share of them that it names correctly, less the chance of the class it names given their y.</param>
/// <param name="Lead">The same share, less that of the best guess from their y: an attacker that only outweighs what y reveals is not
/// certain.</param>
public sealed record SurestImages(Choice Attacker, int Images, Measured Gain, Measured Lead)
{
    /// <summary>Whether they surely leak more than is tolerated.</summary>
    internal bool AreTold(double tolerance) => Gain.Low > tolerance && Lead.Low > 0;

    /// <summary>Whether they may leak more than is tolerated.</summary>
    internal bool MayBeTold(double tolerance) => Gain.High > tolerance && Lead.High > 0;
}

/// <summary>What a mean over classes and images can hide.</summary>
/// <param name="Classes">Each class against the rest; empty for two classes, where that is the leak itself.</param>
/// <param name="Surest">The images of which an attacker is most confident.</param>
public sealed record WorstCases(IReadOnlyList<ClassLeak> Classes, SurestImages Surest)
{
    private const int FewestImages = 50;
    private const double Share = 0.05;

    /// <summary>Examines the attackers' predictions.</summary>
    /// <param name="sent">Every attacker, with its predictions.</param>
    /// <param name="reference">The attacker that knows only y.</param>
    /// <param name="task">y of validation and of test images; constant without a task.</param>
    /// <param name="classes">Names of the classes of z.</param>
    /// <param name="sampling">How the test images were drawn, at the confidence of one place.</param>
    public static WorstCases Of(
        IReadOnlyList<(AttackerResult Result, Attack Attack)> sent,
        Attack reference,
        (int[] Validation, int[] Test) task,
        IReadOnlyList<string> classes,
        Sampling sampling
    )
    {
        var knowing = sent.Where(one => one.Result.KnowsTask).ToArray() is { Length: > 0 } some ? some : [.. sent];
        var present = reference.Test.Truth.Distinct().Order().ToArray();
        var each =
            present.Length > 2
                ? present.Select(z =>
                    OfClass(knowing, reference, z, classes[z], sampling.At(1 - (1 - sampling.Confidence) / present.Length))
                )
                : [];
        return new WorstCases([.. each], Told(knowing, task, sampling));
    }

    private static ClassLeak OfClass((AttackerResult Result, Attack Attack)[] sent, Attack reference, int z, string name, Sampling sampling)
    {
        var (result, attack) = sent.MaxBy(one => Balanced(one.Attack.Validation, z));
        int[] truth = [.. attack.Test.Truth.Select(label => label == z ? 1 : 0)];
        return new ClassLeak(
            name,
            result.Identity,
            Bootstrap.BalancedDifference(Right(attack.Test, z), Right(reference.Test, z), truth, 2, sampling)
        );
    }

    private static double Balanced(Readings readings, int z)
    {
        var right = Right(readings, z);
        double Rate(bool isClass)
        {
            var (hits, count) = (0, 0);
            for (var i = 0; i < right.Length; i++)
                if (readings.Truth[i] == z == isClass)
                    (hits, count) = (hits + (right[i] ? 1 : 0), count + 1);
            return count == 0 ? 0.5 : (double)hits / count;
        }
        return (Rate(true) + Rate(false)) / 2;
    }

    // Class or rest as if both were equally frequent: p(h|z) against the mean of the others' p(h|z'), weighted as they occur.
    private static bool[] Right(Readings readings, int z)
    {
        var rest = Math.Max(1e-12, 1 - readings.Prior[z]);
        return
        [
            .. Enumerable
                .Range(0, readings.Truth.Length)
                .Select(i =>
                {
                    var others = 0.0;
                    for (var k = 0; k < readings.Classes; k++)
                        if (k != z)
                            others += readings.Prior[k] / rest * Math.Exp(readings.Balanced[i, k] - readings.Balanced[i, z]);
                    return others < 1 == (readings.Truth[i] == z);
                }),
        ];
    }

    private static SurestImages Told((AttackerResult Result, Attack Attack)[] sent, (int[] Validation, int[] Test) task, Sampling sampling)
    {
        var onValidation = new BalancedTask(task.Validation, sent[0].Attack.Validation.Truth);
        var (result, attack) = sent.MaxBy(one => SurestOf(one.Result.Identity, one.Attack.Validation, onValidation, sampling).Gain.Value);
        return SurestOf(result.Identity, attack.Test, new BalancedTask(task.Test, attack.Test.Truth), sampling);
    }

    // The images with the largest gain over y in the attacker's own prediction; ties in the order of the images.
    private static SurestImages SurestOf(Choice attacker, Readings readings, BalancedTask task, Sampling sampling)
    {
        var images = Enumerable
            .Range(0, readings.Truth.Length)
            .Select(i =>
            {
                var posterior = Enumerable.Range(0, readings.Classes).Select(k => Math.Exp(readings.Balanced[i, k])).ToArray();
                var named = Array.IndexOf(posterior, posterior.Max());
                var (sure, chance) = (posterior[named] / posterior.Sum(), task.Chance(i, named));
                return (Image: i, Right: readings.Truth[i] == named, Chance: chance, IsSure: sure > task.Best(i), Hope: sure - chance);
            })
            .OrderByDescending(image => image.IsSure)
            .ThenByDescending(image => image.Hope)
            .Take(Math.Max(FewestImages, (int)(Share * readings.Truth.Length)))
            .ToArray();
        double[] weights = [.. images.Select(image => task.Weight(image.Image))];
        var right = Measured.Share([.. images.Select(image => image.Right)], weights, sampling.Confidence);
        Measured Beyond(IEnumerable<double> expected)
        {
            var mean = expected.Zip(weights).Sum(one => one.First * one.Second) / weights.Sum();
            return new Measured(right.Value - mean, right.Low - mean, right.High - mean, images.Length);
        }
        return new SurestImages(
            attacker,
            images.Length,
            Beyond(images.Select(image => image.Chance)),
            Beyond(images.Select(image => task.Best(image.Image)))
        );
    }
}
