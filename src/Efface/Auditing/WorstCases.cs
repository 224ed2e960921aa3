namespace Efface.Auditing;

/// <summary>One class against all others: an average over thirty classes hides that one of them is always recognised.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Attacker">Who tells it best from the rest on validation.</param>
/// <param name="GivenTask">Balanced accuracy of class or not, less what y alone reaches, on test, at the confidence corrected for the number of classes.</param>
public sealed record ClassLeak(string Class, Choice Attacker, Measured GivenTask);

/// <summary>The test images of which an attacker is surest: an average over all hides that some are told for sure.</summary>
/// <param name="Attacker">Whose surest images gain most on validation.</param>
/// <param name="Images">How many they are: a twentieth, and at least 50.</param>
/// <param name="Gain">The share of them that it names rightly, less the share that the best guess from their y alone would; classes count as if they were equally frequent.</param>
public sealed record SurestImages(Choice Attacker, int Images, Measured Gain);

/// <summary>What a mean over classes and images can hide.</summary>
/// <param name="Classes">Each class against the rest; empty for two classes, where that is the leak itself.</param>
/// <param name="Surest">The images of which an attacker is surest.</param>
public sealed record WorstCases(IReadOnlyList<ClassLeak> Classes, SurestImages Surest)
{
    private const int FewestImages = 50;
    private const double Share = 0.05;

    /// <summary>Looks at what attackers said.</summary>
    /// <param name="sent">Every attacker, with its opinions.</param>
    /// <param name="reference">Who knows y alone.</param>
    /// <param name="task">y of validation and of test images; the same for all without a task.</param>
    /// <param name="classes">Names of the classes of z.</param>
    /// <param name="sampling">How the test images were drawn, at the confidence of one place.</param>
    public static WorstCases Of(IReadOnlyList<(AttackerResult Result, Attack Attack)> sent, Attack reference, (int[] Validation, int[] Test) task, IReadOnlyList<string> classes, Sampling sampling)
    {
        var knowing = sent.Where(one => one.Result.KnowsTask).ToArray() is { Length: > 0 } some ? some : [.. sent];
        var present = reference.Test.Truth.Distinct().Order().ToArray();
        var each = present.Length > 2 ? present.Select(z => OfClass(knowing, reference, z, classes[z], sampling.At(1 - (1 - sampling.Confidence) / present.Length))) : [];
        return new WorstCases([.. each], Told(knowing, task, sampling));
    }

    private static ClassLeak OfClass((AttackerResult Result, Attack Attack)[] sent, Attack reference, int z, string name, Sampling sampling)
    {
        var (result, attack) = sent.MaxBy(one => Balanced(one.Attack.Validation, z));
        int[] truth = [.. attack.Test.Truth.Select(label => label == z ? 1 : 0)];
        return new ClassLeak(name, result.Identity, Bootstrap.BalancedDifference(Right(attack.Test, z), Right(reference.Test, z), truth, 2, sampling));
    }

    private static double Balanced(Readings readings, int z)
    {
        var right = Right(readings, z);
        double Rate(bool isClass)
        {
            var (hits, count) = (0, 0);
            for (var i = 0; i < right.Length; i++)
                if (readings.Truth[i] == z == isClass) (hits, count) = (hits + (right[i] ? 1 : 0), count + 1);
            return count == 0 ? 0.5 : (double)hits / count;
        }
        return (Rate(true) + Rate(false)) / 2;
    }

    // Class or rest as if both were equally frequent: p(h|z) against the mean of the others' p(h|z'), weighted as they occur.
    private static bool[] Right(Readings readings, int z)
    {
        var rest = Math.Max(1e-12, 1 - readings.Prior[z]);
        return [.. Enumerable.Range(0, readings.Truth.Length).Select(i =>
        {
            var others = 0.0;
            for (var k = 0; k < readings.Classes; k++)
                if (k != z) others += readings.Prior[k] / rest * Math.Exp(readings.Balanced[i, k] - readings.Balanced[i, z]);
            return others < 1 == (readings.Truth[i] == z);
        })];
    }

    private static SurestImages Told((AttackerResult Result, Attack Attack)[] sent, (int[] Validation, int[] Test) task, Sampling sampling)
    {
        var (onValidation, onTest) = (new BalancedTask(task.Validation, sent[0].Attack.Validation.Truth), new BalancedTask(task.Test, sent[0].Attack.Test.Truth));
        var (result, attack) = sent.MaxBy(one => Gain(one.Attack.Validation, onValidation, sampling).Value);
        var gain = Gain(attack.Test, onTest, sampling);
        return new SurestImages(result.Identity, gain.N, gain);
    }

    // Of the images for which the attacker itself hopes to gain most over y; equals in the order of the images.
    private static Measured Gain(Readings readings, BalancedTask task, Sampling sampling)
    {
        var images = Enumerable.Range(0, readings.Truth.Length).Select(i =>
        {
            var posterior = Enumerable.Range(0, readings.Classes).Select(k => Math.Exp(readings.Balanced[i, k])).ToArray();
            var named = Array.IndexOf(posterior, posterior.Max());
            return (Image: i, Right: readings.Truth[i] == named, Hope: posterior[named] / posterior.Sum() - task.Told(i));
        }).OrderByDescending(image => image.Hope).Take(Math.Max(FewestImages, (int)(Share * readings.Truth.Length))).ToArray();
        double[] weights = [.. images.Select(image => task.Weight(image.Image))];
        var right = Measured.Share([.. images.Select(image => image.Right)], weights, sampling.Confidence);
        var told = images.Zip(weights).Sum(image => image.Second * task.Told(image.First.Image)) / weights.Sum();
        return new Measured(right.Value - told, right.Low - told, right.High - told, images.Length);
    }
}
