using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

/// <summary>What docs/audit.md says that wrong labels do to a leak: of tables exactly, of drawn images within their error.</summary>
public sealed class LabelNoiseTests
{
    private const int Symbols = 5,
        Tasks = 2;

    public static TheoryData<double, double, double> Settings =>
        new MatrixTheoryData<double, double, double>([0.5, 0.3, 0.1], [0.05, 0.2, 0.4], [0, 0.3]);

    [Theory, MemberData(nameof(Settings))]
    public void The_best_attackers_leak_shrinks_by_the_factor_whether_or_not_the_task_tells_something(
        double share,
        double wrong,
        double told
    )
    {
        var truth = Table(share, told);
        var labels = Relabelled(truth, wrong);

        Assert.InRange(Leak(truth), 0.02, 0.5);
        Assert.Equal(Factor(share, wrong) * Leak(truth), Leak(labels), 12);
    }

    [Fact]
    public void Of_equally_frequent_classes_the_factor_is_one_less_twice_the_share()
    {
        Assert.Equal(0.6, Factor(0.5, 0.2), 12);
        Assert.Equal(0.281, Factor(0.1, 0.2), 3);
    }

    [Theory]
    [InlineData(3, 0.2), InlineData(5, 0.3)]
    public void Of_several_equally_frequent_classes_it_is_less(int classes, double wrong)
    {
        const double Right = 0.7;
        var random = new Random(classes);
        int[] truth = [.. Enumerable.Range(0, 100_000).Select(i => i % classes)];
        int Other(int z) => (z + random.Next(1, classes)) % classes;
        int[] guesses = [.. truth.Select(z => random.NextDouble() < Right ? z : Other(z))],
            labels = [.. truth.Select(z => random.NextDouble() < wrong ? Other(z) : z)];

        var factor = 1 - wrong * classes / (classes - 1.0);
        Assert.InRange(Read(guesses, labels, classes) - 1.0 / classes - factor * (Right - 1.0 / classes), -0.006, 0.006);
    }

    [Fact]
    public void An_attacker_on_drawn_images_is_measured_so()
    {
        var random = new Random(0);
        int[] truth = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextDouble() < 0.3 ? 1 : 0)];
        int[] guesses = [.. truth.Select(z => random.NextDouble() < 0.8 ? z : 1 - z)],
            labels = [.. truth.Select(z => random.NextDouble() < 0.2 ? 1 - z : z)];

        Assert.InRange(Read(guesses, labels, 2) - 0.5 - Factor(0.3, 0.2) * 0.3, -0.006, 0.006);
    }

    // κ of docs/audit.md.
    private static double Factor(double share, double wrong)
    {
        var labelled = share * (1 - wrong) + (1 - share) * wrong;
        return (1 - 2 * wrong) * share * (1 - share) / (labelled * (1 - labelled));
    }

    // p(h, y, z) with p(z=1) = share; told: how far y goes with z.
    private static double[,,] Table(double share, double told)
    {
        var (random, table) = (new Random(3), new double[Symbols, Tasks, 2]);
        for (var z = 0; z < 2; z++)
        for (var y = 0; y < Tasks; y++)
        {
            double[] weights = [.. Enumerable.Range(0, Symbols).Select(_ => Math.Pow(random.NextDouble(), 3))];
            for (var h = 0; h < Symbols; h++)
                table[h, y, z] = (z == 1 ? share : 1 - share) * (y == z ? 1 + told : 1 - told) / Tasks * weights[h] / weights.Sum();
        }
        return table;
    }

    private static double[,,] Relabelled(double[,,] truth, double wrong)
    {
        var labels = new double[Symbols, Tasks, 2];
        for (var h = 0; h < Symbols; h++)
        for (var y = 0; y < Tasks; y++)
        for (var z = 0; z < 2; z++)
            labels[h, y, z] = (1 - wrong) * truth[h, y, z] + wrong * truth[h, y, 1 - z];
        return labels;
    }

    // A(h,y) - A(y) of the best attackers, in balanced accuracy.
    private static double Leak(double[,,] table)
    {
        double Of(int z) => Enumerable.Range(0, Symbols * Tasks).Sum(i => table[i / Tasks, i % Tasks, z]);
        var (zero, one) = (Of(0), Of(1));
        double Apart(IEnumerable<(double Zero, double One)> cells) => cells.Sum(cell => Math.Max(cell.Zero / zero, cell.One / one)) / 2;
        var both = Enumerable.Range(0, Symbols * Tasks).Select(i => (table[i / Tasks, i % Tasks, 0], table[i / Tasks, i % Tasks, 1]));
        var task = Enumerable
            .Range(0, Tasks)
            .Select(y => (Enumerable.Range(0, Symbols).Sum(h => table[h, y, 0]), Enumerable.Range(0, Symbols).Sum(h => table[h, y, 1])));
        return Apart(both) - Apart(task);
    }

    private static double Read(int[] guesses, int[] labels, int classes)
    {
        var opinions = new double[guesses.Length, classes];
        for (var i = 0; i < guesses.Length; i++)
            opinions[i, guesses[i]] = 1;
        return new Readings(opinions, [.. Enumerable.Repeat(1.0 / classes, classes)], labels).BalancedAccuracy();
    }
}
