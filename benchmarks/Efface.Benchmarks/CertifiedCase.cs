using System.Globalization;
using Efface.Auditing;

namespace Efface.Benchmarks;

/// <summary>
/// Symbols whose law is known: how often the truth exceeds what is certified, where the symbols are drawn again and again.
/// </summary>
/// <param name="Images">Of the sample.</param>
/// <param name="Symbols">How many there can be.</param>
/// <param name="Classes">Of z.</param>
/// <param name="Tasks">Classes of y; 1 where there is no task.</param>
/// <param name="Told">How far the symbols follow z: 0 not at all, 1 wholly.</param>
/// <param name="Informative">How far z follows y: 0 not at all, 1 wholly.</param>
/// <param name="Rare">By how much each further class of z is rarer than the one before: 1 equally frequent.</param>
/// <param name="Surely">Classes of z that have a symbol of their own, whatever <paramref name="Told"/>.</param>
/// <param name="Group">Images that move together.</param>
public sealed record CertifiedCase(
    int Images,
    int Symbols,
    int Classes,
    int Tasks = 1,
    double Told = 0,
    double Informative = 0,
    double Rare = 1,
    int Surely = 0,
    int Group = 1
)
{
    /// <summary>1 - δ.</summary>
    public const double Confidence = 0.95;

    /// <summary>Two to 1,024 symbols and two to 400 classes, told of or not.</summary>
    public static IReadOnlyList<CertifiedCase> All { get; } =
    [
        new(2000, 2, 2),
        new(2000, 16, 2),
        new(2000, 256, 2),
        new(10_000, 16, 2),
        new(10_000, 1024, 2),
        new(300, 4, 2),
        new(60, 2, 2),
        new(2000, 2, 2, Told: 0.1),
        new(2000, 16, 2, Told: 0.1),
        new(2000, 256, 2, Told: 0.1),
        new(10_000, 1024, 2, Told: 0.05),
        new(400, 2, 2, Told: 0.4),
        new(400, 2, 2, Told: 0.95),
        new(2000, 16, 2, Tasks: 2),
        new(2000, 256, 2, Tasks: 2, Told: 0.1),
        new(2000, 16, 2, Tasks: 2, Informative: 0.6),
        new(2000, 16, 2, Tasks: 2, Informative: 0.6, Told: 0.2),
        new(4000, 64, 5, Tasks: 3, Informative: 0.3, Told: 0.1),
        new(2000, 16, 2, Rare: 0.1),
        new(2000, 16, 2, Rare: 0.1, Told: 0.2),
        new(2000, 8, 2, Rare: 0.02, Told: 0.5),
        new(3000, 32, 10),
        new(3000, 32, 10, Tasks: 2, Told: 0.1),
        new(3000, 32, 10, Rare: 0.6, Told: 0.2),
        new(2000, 32, 400),
        new(2000, 64, 400, Surely: 24),
        new(900, 16, 30, Surely: 1),
        new(2000, 8, 30, Rare: 0.8, Surely: 3),
        new(2000, 256, 60, Told: 0.05),
        new(2000, 16, 2, Told: 0.1, Group: 4),
        new(2000, 2, 2, Told: 0.3, Group: 10),
        new(2000, 16, 3, Tasks: 2, Told: 0.1, Group: 3),
    ];

    /// <summary>What came out of many draws.</summary>
    /// <param name="Told">The true gain of who sees symbol and y, in balanced accuracy.</param>
    /// <param name="Allowed">What the certificate allows of it, on average.</param>
    /// <param name="ByChiSquare">The share of draws whose bound is that of squared differences.</param>
    /// <param name="Exceeded">The largest share of draws, over the certificates, whose truth exceeds the bound.</param>
    public sealed record Outcome(double Told, double Allowed, double ByChiSquare, double Exceeded);

    /// <summary>Draws symbols for the same labels.</summary>
    public Outcome Measure(int draws)
    {
        var random = new Random(1);
        var (y, z) = Labels(random);
        var law = Law(random);
        int[]? groups = Group == 1 ? null : [.. z.Select((_, i) => i / Group)];
        var (truths, exceeded) = (Truths(y, z, law), new int[4]);
        var (allowed, byChiSquare, symbols) = (0.0, 0.0, new int[Images]);
        for (var draw = 0; draw < draws; draw++)
        {
            var common = 0.0;
            for (var i = 0; i < Images; i++)
            {
                if (i % Group == 0)
                    common = random.NextDouble();
                symbols[i] = At(law[y[i], z[i]], common);
            }
            var bounds = new Certification(symbols, Symbols, Tasks == 1 ? null : y, z, Classes, new Sampling(Confidence, groups))
            {
                Permutations = 1,
            }.Certificates("c");
            for (var bound = 0; bound < bounds.Count; bound++)
                if (bounds[bound].Value < truths[bound] - 1e-9)
                    exceeded[bound]++;
            allowed += bounds[^1].Leak / draws;
            byChiSquare += bounds[^1].By == Certificate.ByChiSquare ? 1.0 / draws : 0;
        }
        return new Outcome(truths[^1] - Floor(y, z), allowed, byChiSquare, exceeded.Max() / (double)draws);
    }

    /// <summary>A line for each case.</summary>
    public static void Run(int draws)
    {
        Console.WriteLine(
            $"{draws} draws of each, δ = {1 - Confidence:F2}; points of balanced accuracy beyond y: told in truth, allowed on average; "
                + "share of draws whose truth exceeds a bound, of the worst bound"
        );
        Console.WriteLine("images\tsymbols\tz\ty\ttold\ty tells\trarer\tsurely\tgroup\ttruth\tallowed\tby χ²\texceeded");
        foreach (var one in All)
        {
            var outcome = one.Measure(draws);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{one.Images}\t{one.Symbols}\t{one.Classes}\t{one.Tasks}\t{one.Told}\t{one.Informative}\t{one.Rare}\t"
                        + $"{one.Surely}\t{one.Group}\t{100 * outcome.Told:F2}\t{100 * outcome.Allowed:F2}\t{outcome.ByChiSquare:F2}\t"
                        + $"{outcome.Exceeded:F4}"
                )
            );
        }
    }

    // The first images of all have each class once, so that none is absent.
    private (int[] Y, int[] Z) Labels(Random random)
    {
        double[] frequent = [.. Enumerable.Range(0, Classes).Select(k => Math.Pow(Rare, k))];
        int[] y = [.. Enumerable.Range(0, Images).Select(_ => random.Next(Tasks))];
        return (
            y,
            [
                .. y.Select(
                    (label, i) =>
                        i < Classes ? i
                        : random.NextDouble() < Informative ? label % Classes
                        : Rare == 1 ? i % Classes
                        : At(frequent, random.NextDouble())
                ),
            ]
        );
    }

    private double[,][] Law(Random random)
    {
        double[] Drawn() => [.. Enumerable.Range(0, Symbols).Select(_ => -Math.Log(1 - random.NextDouble()))];
        var law = new double[Tasks, Classes][];
        for (var y = 0; y < Tasks; y++)
        {
            var shared = Drawn();
            for (var z = 0; z < Classes; z++)
            {
                var (own, sum) = (Symbols <= Classes ? [.. shared.Select((_, c) => c == z % Symbols ? 1.0 : 0)] : Drawn(), shared.Sum());
                law[y, z] =
                    z < Surely
                        ? [.. shared.Select((_, c) => c == z ? 1.0 : 0)]
                        : [.. shared.Select((p, c) => c < Surely ? 0 : (1 - Told) * p / sum + Told * own[c] / own.Sum())];
            }
        }
        return law;
    }

    private double[] Truths(int[] y, int[] z, double[,][] law)
    {
        var rows = Enumerable.Range(0, Images).CountBy(i => (y[i], z[i])).ToArray();
        var (ofClass, present) = (z.CountBy(label => label).ToDictionary(), z.Distinct().Count());
        double Best(bool knows, bool balanced) =>
            Enumerable
                .Range(0, Symbols)
                .Sum(c =>
                    rows.GroupBy(row => knows ? row.Key.Item1 : 0)
                        .Sum(task =>
                            task.GroupBy(row => row.Key.Item2)
                                .Max(own =>
                                    own.Sum(row =>
                                        law[row.Key.Item1, row.Key.Item2][c]
                                        / law[row.Key.Item1, row.Key.Item2].Sum()
                                        * row.Value
                                        * (balanced ? 1.0 / (present * ofClass[row.Key.Item2]) : 1.0 / Images)
                                    )
                                )
                        )
                );
        double[] truths = [Best(false, false), Best(false, true), Best(true, false), Best(true, true)];
        return Tasks == 1 ? truths[..2] : truths;
    }

    private static double Floor(int[] y, int[] z)
    {
        var (ofClass, present) = (z.CountBy(label => label).ToDictionary(), z.Distinct().Count());
        return Enumerable
            .Range(0, z.Length)
            .CountBy(i => (Y: y[i], Z: z[i]))
            .GroupBy(cell => cell.Key.Y)
            .Sum(cells => cells.Max(cell => cell.Value / (double)(present * ofClass[cell.Key.Z])));
    }

    private static int At(double[] weights, double share)
    {
        var left = share * weights.Sum();
        for (var c = 0; c < weights.Length - 1; c++)
            if ((left -= weights[c]) < 0)
                return c;
        return weights.Length - 1;
    }
}
