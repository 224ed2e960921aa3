using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Models.Balance;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>
/// The least noise with which fresh attackers read no more than the aim, on rows that they did not learn from. It has the same part of
/// every direction's deviation, and is absent where the decision is told.
/// </summary>
/// <param name="erasure">Fitted, without noise.</param>
/// <param name="rows">To attack; readers of the erasure learned from other folds than the one that they read.</param>
/// <param name="options">The aim, or the noise.</param>
/// <param name="progress">Receives each try.</param>
/// <param name="cancel">Checked during attacks.</param>
internal sealed class NoiseChoice(
    BalanceErasure erasure,
    LabelledRows rows,
    EraserOptions options,
    Action<ErasingProgress>? progress,
    CancellationToken cancel
)
{
    /// <summary>More rows settle little more.</summary>
    public const int MostRows = 12_000;

    // As many rows to fit on as an audit has: attackers that learn from fewer read less.
    private const double FitShare = 0.7,
        ChooseShare = 0.1;

    // The noise in directions of columns that are to stay, in parts of that elsewhere. Of .25 to 1 this kept most at equal leak.
    private const double KeptShare = 0.5;

    // The mean of several drawings of the three parts is steadier than one.
    private const int Splits = 3;

    // With fewer rows, what chance reads counts as nothing: the standard error of balanced accuracy beyond that of so many.
    private const int FewRows = 4000;

    private static readonly double[] Ladder = [0, 0.15, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1, 1.2];

    private static readonly IAttacker[] Attackers =
    [
        new NearestNeighboursAttacker(),
        new MlpAttacker(),
        new MomentsAttacker(),
        new TreesAttacker(),
    ];

    /// <summary>Directions in which there is less, f32 [m, d], orthonormal; null for none.</summary>
    public Tensor? Kept { get; init; }

    /// <summary>Sets the noise, and returns its deviation in parts of each direction's.</summary>
    public double Run()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (options.Noise is { } asked)
            return Set(asked);
        var count = Math.Min(rows.Count, MostRows);
        int[][][] splits = [.. Enumerable.Range(0, Splits).Select(Split)];
        var aim = options.Aim + Math.Max(0, Chance(count) - Chance(FewRows));
        // Leak falls with noise: the first rung that suffices is found by halving.
        var (low, high) = (0, Ladder.Length - 1);
        for (var tries = 0; low < high; tries++)
        {
            var middle = (low + high) / 2;
            progress?.Invoke(new ErasingProgress("choosing noise", tries / Math.Log2(Ladder.Length)));
            Set(Ladder[middle]);
            if (Leak(splits) <= aim)
                high = middle;
            else
                low = middle + 1;
        }
        return Set(Ladder[high]);
    }

    private static double Chance(int count) => 0.5 / Math.Sqrt(count * (1 - FitShare - ChooseShare) * Splits);

    // Rows to fit attackers on, to choose on, and to judge on; those of one group stay together.
    private int[][] Split(int split)
    {
        var groups = rows.Groups ?? [.. Enumerable.Range(0, rows.Count)];
        var order = groups.Distinct().ToArray();
        new Random(options.Seed + split).Shuffle(order);
        var places = order.Index().ToDictionary(entry => entry.Item, entry => (double)entry.Index / order.Length);
        return
        [
            .. Enumerable
                .Range(0, rows.Count)
                .Take(MostRows)
                .GroupBy(row =>
                    places[groups[row]] switch
                    {
                        < FitShare => 0,
                        < FitShare + ChooseShare => 1,
                        _ => 2,
                    }
                )
                .OrderBy(part => part.Key)
                .Select(part => part.ToArray()),
        ];
    }

    // The largest over attributes and attackers of the mean over splits.
    private double Leak(int[][][] splits)
    {
        using var scope = NewDisposeScope();
        Tensor[][] values = [.. splits.Select(parts => parts.Select(Released).ToArray())];
        var tries = (
            from attribute in rows.Attributes
            from attacker in Attackers
            from split in Enumerable.Range(0, splits.Length)
            select (attribute, attacker, split)
        ).ToArray();
        var leaks = new double[tries.Length];
        Lanes
            .For(0)
            .Run(
                [
                    .. tries.Select<(LabelledColumn Attribute, IAttacker Attacker, int Split), Action>(
                        (one, i) => () => leaks[i] = Leak(one.Attacker, one.Attribute, splits[one.Split], values[one.Split])
                    ),
                ],
                cancel
            );
        return leaks.Chunk(splits.Length).Max(ofSplits => ofSplits.Average());
    }

    private Tensor Released(int[] part)
    {
        using var scope = NewDisposeScope();
        return erasure.call(rows.Gather(part)).MoveToOuterDisposeScope();
    }

    private double Leak(IAttacker attacker, LabelledColumn attribute, int[][] parts, Tensor[] values)
    {
        using var scope = NewDisposeScope();
        AttackSet[] sets = [.. parts.Zip(values, (part, released) =>
            {
                int[] task = rows.Task is null ? new int[part.Length] : [.. part.Select(row => rows.Task.Labels[row])];
                return new AttackSet(released, task, task, [.. part.Select(row => attribute.Labels[row])]);
            })];
        var problem = new AttackProblem([rows.Size], 0, rows.Task?.Classes ?? 0, attribute.Classes);
        var attack = new AttackParts(problem, sets[0], sets[1], sets[2]);
        return attack.OnTraining(attacker, options.Seed, cancel).Test.BalancedAccuracy()
            - attack.Floor(FloorAttacker.LabelOnly).Test.BalancedAccuracy();
    }

    // Standard normal numbers times this matrix: none in the directions in which decisions differ.
    private double Set(double noise)
    {
        using var scope = NewDisposeScope();
        var goals = erasure.Steps[^1].Transport.Goals;
        var free = torch.eye(goals.shape[1]);
        if (goals.shape[0] > 1)
        {
            var (_, _, right) = linalg.svd(goals - goals.mean([0L], keepdim: true), fullMatrices: false);
            var told = right[..(int)Math.Min(goals.shape[0] - 1, right.shape[1])];
            free -= told.t().matmul(told);
        }
        if (Kept is not null)
            free = free.matmul(torch.eye(goals.shape[1]) - (1 - KeptShare) * Kept.t().matmul(Kept));
        erasure.SetNoise(free * noise);
        return noise;
    }
}
