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

    private const double FitShare = 0.5,
        ChooseShare = 0.2;

    private static readonly double[] Ladder = [0, 0.15, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1, 1.2];

    private static readonly IAttacker[] Attackers = [new NearestNeighboursAttacker(), new MlpAttacker(), new MomentsAttacker()];

    /// <summary>Sets the noise, and returns its deviation in parts of each direction's.</summary>
    public double Run()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (options.Noise is { } asked)
            return Set(asked);
        var parts = Split();
        // Leak falls with noise: the first rung that suffices is found by halving.
        var (low, high) = (0, Ladder.Length - 1);
        for (var tries = 0; low < high; tries++)
        {
            var middle = (low + high) / 2;
            progress?.Invoke(new ErasingProgress("choosing noise", tries / Math.Log2(Ladder.Length)));
            Set(Ladder[middle]);
            if (Leak(parts) <= options.Aim)
                high = middle;
            else
                low = middle + 1;
        }
        return Set(Ladder[high]);
    }

    // Rows to fit attackers on, to choose on, and to judge on; those of one group stay together.
    private int[][] Split()
    {
        var groups = rows.Groups ?? [.. Enumerable.Range(0, rows.Count)];
        var order = groups.Distinct().ToArray();
        new Random(options.Seed).Shuffle(order);
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

    // The largest over attributes and attackers.
    private double Leak(int[][] parts)
    {
        using var scope = NewDisposeScope();
        Tensor[] values = [.. parts.Select(part => Released(part))];
        var leaks = new double[rows.Attributes.Count * Attackers.Length];
        Lanes
            .For(0)
            .Run(
                [
                    .. Enumerable
                        .Range(0, leaks.Length)
                        .Select<int, Action>(i =>
                            () => leaks[i] = Leak(Attackers[i % Attackers.Length], rows.Attributes[i / Attackers.Length], parts, values)
                        ),
                ],
                cancel
            );
        return leaks.Max();
    }

    private Tensor Released(int[] part)
    {
        using var scope = NewDisposeScope();
        using var index = torch.tensor([.. part.Select(row => (long)row)]);
        return erasure.call(rows.Values.index_select(0, index)).MoveToOuterDisposeScope();
    }

    private double Leak(IAttacker attacker, LabelledColumn attribute, int[][] parts, Tensor[] values)
    {
        using var scope = NewDisposeScope();
        AttackSet[] sets = [.. parts.Zip(values, (part, released) =>
            {
                int[] task = rows.Task is null ? new int[part.Length] : [.. part.Select(row => rows.Task.Labels[row])];
                return new AttackSet(released, task, task, [.. part.Select(row => attribute.Labels[row])]);
            })];
        var problem = new AttackProblem(rows.Values.shape[1..], 0, rows.Task?.Classes ?? 0, attribute.Classes);
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
        erasure.SetNoise(free * noise);
        return noise;
    }
}
