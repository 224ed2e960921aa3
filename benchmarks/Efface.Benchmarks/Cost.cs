using System.Diagnostics;
using System.Globalization;
using Efface.Auditing;
using Efface.Auditing.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>How long one attack takes at the size of a real audit, and how many of them an audit makes.</summary>
public static class Cost
{
    private const int Training = 18_500,
        Validation = 2300,
        Classes = 5;

    /// <summary>
    /// A line for each attacker: seconds knowing y, fitted on training images and on unseen ones, and how many attacks of its kind there
    /// are at one place.
    /// </summary>
    public static void Run(Budget budget, long[] shape, IEnumerable<IAttacker> attackers)
    {
        Console.WriteLine(
            $"{budget} at [{string.Join(", ", shape)}], {Training} training, {Validation} validation and test images each, {Classes} "
                + "classes; one thread"
        );
        Console.WriteLine("attacker\ttraining\tunseen\tattacks\tseconds in all");
        using var draws = new Draws(1);
        var most = CapturedParts.Most(budget);
        var parts = new AttackParts(
            new AttackProblem(shape, 0, 0, Classes) { Budget = budget },
            Set(draws, Math.Min(Training, most), shape),
            Set(draws, Validation, shape),
            Set(draws, Validation, shape)
        ).Knowing(task: true);
        foreach (var attacker in attackers.Where(attacker => attacker.Reads(parts.Problem)))
        {
            using var scope = NewDisposeScope();
            var seconds = new[] { () => parts.OnTraining(attacker, 0), () => parts.OnUnseen(attacker, 0) }
                .Select(attack =>
                {
                    var clock = Stopwatch.StartNew();
                    attack();
                    return clock.Elapsed.TotalSeconds;
                })
                .ToArray();
            // Knowing y or not, on training images or unseen ones, with every seed.
            var attacks =
                4
                * new AuditSettings { Budget = budget, Seeds = AuditSettings.SeedsOf(budget) }
                    .SeedsFor(attacker)
                    .Count();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{attacker.Name}\t{seconds[0]:F1}\t{seconds[1]:F1}\t{attacks}\t{attacks / 2 * seconds.Sum():F0}"
                )
            );
        }
    }

    // Features as a network's: not below zero; a little of z in the first.
    private static AttackSet Set(Draws draws, int count, long[] shape)
    {
        var random = new Random(count);
        int[] z = [.. Enumerable.Range(0, count).Select(_ => random.Next(Classes))],
            y = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
        var h = draws.Normal([count, .. shape]).clamp_(min: 0);
        h[.., 0] = h[.., 0] + torch.tensor(z.Select(label => label * 0.1f).ToArray()).view([count, .. shape.Skip(1).Select(_ => 1L)]);
        return new AttackSet(h, y, y, z);
    }
}
