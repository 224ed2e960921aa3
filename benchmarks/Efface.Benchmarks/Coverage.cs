using System.Globalization;
using Efface.Auditing;

namespace Efface.Benchmarks;

/// <summary>How often an audit's intervals contain the truth, where the images are drawn again and again.</summary>
/// <param name="Images">Of the test part.</param>
/// <param name="Share">p(z = 1).</param>
/// <param name="Attacker">How often the attacker is right on z = 0; on z = 1 a tenth less.</param>
/// <param name="Floor">How often the floor is, which is paired with it: on half of the images both say the same.</param>
/// <param name="Confidence">Of the intervals.</param>
public sealed record Coverage(int Images, double Share, double Attacker, double Floor, double Confidence)
{
    private const double Harder = 0.1,
        Same = 0.5;

    /// <summary>From small to large, fair to rare, and at the stricter confidence of many places.</summary>
    public static IReadOnlyList<Coverage> All { get; } =
    [
        new(100, 0.5, 0.7, 0.6, 0.95),
        new(300, 0.5, 0.7, 0.6, 0.95),
        new(1000, 0.05, 0.7, 0.6, 0.95),
        new(1000, 0.05, 0.55, 0.5, 0.95),
        new(2000, 0.5, 0.52, 0.5, 0.95),
        new(200, 0.2, 0.9, 0.85, 0.95),
        new(8000, 0.5, 0.6, 0.5, 0.95),
    ];

    /// <summary>The shares of redraws whose intervals contain the balanced accuracy, and the difference.</summary>
    public (double BalancedAccuracy, double Difference) Measure(int redraws)
    {
        var (random, sampling, accuracy, difference) = (new Random(Images), new Sampling(Confidence), 0, 0);
        for (var redraw = 0; redraw < redraws; redraw++)
        {
            int[] truth = [.. Enumerable.Range(0, Images).Select(_ => random.NextDouble() < Share ? 1 : 0)];
            bool Right(int z, double share) => random.NextDouble() < share - z * Harder;
            bool[] attacker = [.. truth.Select(z => Right(z, Attacker))];
            // Where the floor decides by itself it is so good that it comes out right in the asked share of all images.
            bool[] floor =
            [
                .. attacker.Select(
                    (right, i) => random.NextDouble() < Same ? right : Right(truth[i], (Floor - Same * Attacker) / (1 - Same))
                ),
            ];
            if (Contains(Bootstrap.BalancedAccuracy(attacker, truth, 2, sampling), Attacker - Harder / 2))
                accuracy++;
            if (Contains(Bootstrap.BalancedDifference(attacker, floor, truth, 2, sampling), Attacker - Floor))
                difference++;
        }
        return (accuracy / (double)redraws, difference / (double)redraws);
    }

    /// <summary>A line for each setting.</summary>
    public static void Run(int redraws)
    {
        Console.WriteLine($"{redraws} redraws of each; share of intervals that contain the truth");
        Console.WriteLine("images\tp(z=1)\tattacker\tfloor\tconfidence\tbalanced\tdifference");
        foreach (var one in All)
        {
            var (accuracy, difference) = one.Measure(redraws);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{one.Images}\t{one.Share}\t{one.Attacker}\t{one.Floor}\t{one.Confidence}\t{accuracy:F4}\t{difference:F4}"
                )
            );
        }
    }

    private static bool Contains(Measured interval, double truth) => interval.Low <= truth && truth <= interval.High;
}
