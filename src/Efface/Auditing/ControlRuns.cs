using Efface.Auditing.Attacks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>Checks of the audit itself: it must find what is there, and must not find what is not.</summary>
internal static class ControlRuns
{
    // How far apart the classes' templates are, in deviations of the other variation along them: an attacker that looks for them reads them
    // for certain.
    private const double Distance = 16;

    // One trace may happen to be faint in the images that attackers choose on, or in those that judge them; three hardly are.
    private const int Repetitions = 3;

    /// <summary>z written into h so that the best attacker gains exactly the tolerance; must be found.</summary>
    /// <param name="parts">The place.</param>
    /// <param name="settings">Tolerance, attackers and seed.</param>
    /// <param name="sampling">How the test images were drawn.</param>
    /// <param name="cancel">Checked by attackers.</param>
    public static Control Planted(AttackParts parts, AuditSettings settings, Sampling sampling, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        // The trace has a feature or a template to itself: a longer search finds no more of it.
        IAttacker[] suite = parts.Problem.IsDiscrete
            ? [new LookupAttacker()]
            : [new LinearAttacker(), .. TemplateAttackers(parts, settings)];
        return Planted(new Traces(parts.Knowing(task: true), suite, settings, sampling, cancel));
    }

    /// <summary>z permuted among images of one y; must not be found.</summary>
    /// <param name="parts">The place.</param>
    /// <param name="settings">Tolerance, attackers and seed.</param>
    /// <param name="sampling">How the test images were drawn.</param>
    /// <param name="cancel">Checked by attackers.</param>
    public static Control Shuffled(AttackParts parts, AuditSettings settings, Sampling sampling, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        IAttacker[] suite = parts.Problem.IsDiscrete
            ? [new LookupAttacker()]
            : [new LinearAttacker(), new MlpAttacker(), .. TemplateAttackers(parts, settings)];
        var random = new Random(settings.Seeds[0]);
        var shuffled = parts.Knowing(task: true).WithAttribute(set => Permutation.Within(set.Task, set.Attribute, random));
        var measured = new Traces(shuffled, suite, settings, sampling, cancel).Gain(shuffled, shuffled.Floor(FloorAttacker.LabelOnly).Test);
        return new Control(measured.Low <= 0, measured, 0);
    }

    /// <summary>The planted trace where only two directions together reveal it; null for codes, where nothing hides.</summary>
    /// <param name="parts">The place.</param>
    /// <param name="settings">Tolerance, attackers and seed.</param>
    /// <param name="sampling">How the test images were drawn.</param>
    /// <param name="cancel">Checked by attackers.</param>
    public static Control? Hidden(AttackParts parts, AuditSettings settings, Sampling sampling, CancellationToken cancel = default)
    {
        if (parts.Problem.IsDiscrete)
            return null;
        using var scope = NewDisposeScope();
        IAttacker[] suite = [new ProductsAttacker(), new MomentsAttacker()];
        return Hidden(new Traces(AsVectors(parts.Knowing(task: true)), suite, settings, sampling, cancel));
    }

    // Attackers that are not run find nothing.
    private static IEnumerable<IAttacker> TemplateAttackers(AttackParts parts, AuditSettings settings) =>
        Attackers.All.Where(attacker => parts.Problem.IsMap && attacker is TemplateAttacker && settings.Attackers.Contains(attacker.Name));

    /// <summary>
    /// The share q of images in which z itself is written into h (in the others a random z, drawn from p(z|y)) so that the best possible
    /// attacker that knows y gains exactly <paramref name="gain"/> of balanced accuracy: found by bisection on the exact value. Null when
    /// even q = 1 gains less.
    /// </summary>
    /// <param name="joint">Counts of (y, z).</param>
    /// <param name="gain">The gain in balanced accuracy.</param>
    public static double? PlantedShare(int[,] joint, double gain)
    {
        var floor = BestBalancedAccuracy(joint, 0);
        if (BestBalancedAccuracy(joint, 1) - floor < gain)
            return null;
        double low = 0,
            high = 1;
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (BestBalancedAccuracy(joint, middle) - floor < gain)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    private static double BestBalancedAccuracy(int[,] joint, double share)
    {
        int tasks = joint.GetLength(0),
            classes = joint.GetLength(1);
        var ofClass = Enumerable.Range(0, classes).Select(z => Enumerable.Range(0, tasks).Sum(y => joint[y, z])).ToArray();
        var present = ofClass.Count(count => count > 0);
        var total = 0.0;
        for (var y = 0; y < tasks; y++)
        {
            double row = Enumerable.Range(0, classes).Sum(z => joint[y, z]);
            if (row == 0)
                continue;
            for (var written = 0; written < classes; written++)
                total += Enumerable
                    .Range(0, classes)
                    .Where(z => joint[y, z] > 0)
                    .Max(z => (double)joint[y, z] / ofClass[z] * ((z == written ? share : 0) + (1 - share) * joint[y, written] / row));
        }
        return total / present;
    }

    // Visible: a symbol of its own, one feature per class, or a template per class.
    private static Control Planted(Traces traces)
    {
        var (parts, problem) = (traces.Parts, traces.Parts.Problem);
        var classes = problem.AttributeClasses;
        if (problem.IsDiscrete)
            return traces.Find(problem with { Symbols = problem.Symbols * classes }, (values, written) => values * classes + written);
        if (problem.IsMap && Templates(parts, traces.Seed) is { } templates)
            return traces.Find(problem, (values, written) => values + templates.index_select(0, written));
        parts = AsVectors(parts);
        return (traces with { Parts = parts, Suite = [.. traces.Suite.Where(attacker => attacker.Reads(parts.Problem))] }).Find(
            Wider(parts.Problem, classes),
            (values, written) => torch.cat([values, functional.one_hot(written, classes).to_type(ScalarType.Float32)], 1)
        );
    }

    // [K, C, H, W]: noise that vanishes in every average that vector attackers take of a map; null if the averages cover all of it.
    private static Tensor? Templates(AttackParts parts, int seed)
    {
        using var random = new Generator((ulong)seed, CPU);
        var noise = torch.randn([parts.Problem.AttributeClasses, .. parts.Problem.Shape], generator: random);
        var hidden = VectorFeatures.BeyondAverages(noise);
        var lengths = hidden.flatten(1).norm(1);
        if ((lengths < 1e-3 * noise.flatten(1).norm(1)).any().ToBoolean())
            return null;
        using var standard = Standardiser.Of(parts.Training.Values);
        return hidden * (Distance / Math.Sqrt(2) / lengths).view(-1, 1, 1, 1) * standard.Size();
    }

    // The same trace where neither of two directions reveals anything, but both together do: an angle, with the same z in opposite sectors.
    // For two classes it is their exclusive or. A rotation ensures that no feature is one of the two.
    private static Control Hidden(Traces traces)
    {
        var parts = traces.Parts;
        using var random = new Generator((ulong)traces.Seed, CPU);
        using var standard = Whitening.OfEach(parts.Training.Values);
        var wider = Wider(parts.Problem, 2);
        var rotation = linalg.qr(torch.randn(wider.Shape[0], wider.Shape[0], generator: random)).Q;
        Tensor Write(Tensor values, Tensor written)
        {
            var (count, classes) = (written.shape[0], parts.Problem.AttributeClasses);
            var opposite = torch.rand(count, generator: random) < 0.5;
            var angle =
                Math.PI / classes * (written + torch.rand(count, generator: random) + opposite.to_type(ScalarType.Float32) * classes);
            var radius = torch.randn(count, 2, generator: random).norm(1);
            return torch
                .cat(
                    [
                        standard.Apply(values).to_type(ScalarType.Float32),
                        (radius * angle.cos()).unsqueeze(1),
                        (radius * angle.sin()).unsqueeze(1),
                    ],
                    1
                )
                .matmul(rotation);
        }
        return traces.Find(wider, Write);
    }

    private static AttackProblem Wider(AttackProblem problem, int features) => problem with { Shape = [problem.Shape[0] + features] };

    private static AttackParts AsVectors(AttackParts parts) =>
        parts.Problem.IsMap
            ? parts.With(parts.Problem with { Shape = [VectorFeatures.Count(parts.Problem)] }, set => VectorFeatures.Of(set.Values))
            : parts;

    // The attackers that look for the trace, and how it is judged.
    private sealed record Traces(
        AttackParts Parts,
        IReadOnlyList<IAttacker> Suite,
        AuditSettings Settings,
        Sampling Sampling,
        CancellationToken Cancel
    )
    {
        public int Seed => Settings.Seeds[0];

        // Plants it several times, and averages what is found.
        public Control Find(AttackProblem problem, Func<Tensor, Tensor, Tensor> write)
        {
            var (tolerance, joint) = (Settings.Tolerance, new int[Parts.Problem.TaskClasses, Parts.Problem.AttributeClasses]);
            for (var i = 0; i < Parts.Test.Count; i++)
                joint[Parts.Test.Task[i], Parts.Test.Attribute[i]]++;
            if (PlantedShare(joint, tolerance) is not { } share)
                return new Control(false, new Measured(double.NaN, double.NaN, double.NaN, Parts.Test.Count), tolerance);

            var random = new Random(Seed);
            // An attacker that does not look at h cannot see the trace.
            var floor = Parts.Floor(FloorAttacker.LabelOnly).Test;
            var measured = Mean([.. Enumerable.Range(0, Repetitions).Select(_ => Found())]);
            return new Control(measured.Low > 0 && measured.Value >= tolerance / 2, measured, tolerance);

            Measured Found()
            {
                using var scope = NewDisposeScope();
                return Gain(Parts.With(problem, set => write(set.Values, torch.tensor(Trace(set)))), floor);
            }

            long[] Trace(AttackSet set) =>
                [
                    .. set.Attribute.Zip(Permutation.Within(set.Task, set.Attribute, random), (own, other) =>
                        (long)(random.NextDouble() < share ? own : other)
                    ),
                ];
        }

        // What the best attacker of the suite reads beyond the floor.
        public Measured Gain(AttackParts parts, Readings floor)
        {
            var best = Suite
                .Select(attacker => parts.OnTraining(attacker, Seed, Cancel))
                .MinBy(attack => attack.Validation.LogLoss())!
                .Test;
            return Bootstrap.BalancedDifference(best.Right(), floor.Right(), best.Truth, best.Classes, Sampling);
        }

        // Over the same test images, with a fresh random trace each time.
        private static Measured Mean(Measured[] gains)
        {
            var (value, half) = (
                gains.Average(gain => gain.Value),
                Math.Sqrt(gains.Sum(gain => Math.Pow((gain.High - gain.Low) / 2, 2))) / gains.Length
            );
            return new Measured(value, value - half, value + half, gains[0].N);
        }
    }
}
