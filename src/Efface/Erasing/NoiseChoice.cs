using Efface.Auditing;
using Efface.Auditing.Attacks;
using Efface.Models.Balance;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>
/// The least noise with which fresh attackers read no more than the aim. They learn from the rows that the erasure was fitted on, and are
/// judged on others, as in an audit: on its own rows mean and covariance are matched to the last digit, and less is read. The noise has
/// the same part of every direction's deviation, and is absent where the decision is told.
/// </summary>
/// <param name="erasure">Fitted, without noise.</param>
/// <param name="training">The rows that it was fitted on.</param>
/// <param name="judged">Others.</param>
/// <param name="options">The aim, or the noise.</param>
/// <param name="progress">Receives each try.</param>
/// <param name="cancel">Checked during attacks.</param>
internal sealed class NoiseChoice(
    BalanceErasure erasure,
    LabelledRows training,
    LabelledRows judged,
    EraserOptions options,
    Action<ErasingProgress>? progress,
    CancellationToken cancel
)
{
    // As many as a quick audit takes, of either kind.
    private const int MostRows = 8_000;

    // With fewer rows to judge on, what chance reads counts as nothing: the standard error of balanced accuracy beyond that of so many.
    private const int FewRows = 2000;

    // Of judged rows, where they are fewer: near chance, what is read of one draw says little of the next, so the mean varies less.
    private const int Draws = 3;

    // The noise in directions of columns that are to stay, in parts of that elsewhere. Of .25 to 1 this kept most at equal leak.
    private const double KeptShare = 0.5;

    private static readonly double[] Ladder = [0, 0.15, 0.25, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2];

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
        var fitted = Shuffled(training).Take(MostRows).ToArray();
        var halves = Halves();
        var aim = options.Aim + Math.Max(0, Chance(halves.Sum(half => half.Length)) - Chance(FewRows));
        var leaks = new double?[Ladder.Length];
        var rung = Least(aim, Read);
        // What the decision tells no noise can hide: more of it would only take away what may stay.
        if (rung == Ladder.Length - 1 && Read(rung) is var told && told > aim)
            rung = Least(told + aim / 2, Read);
        return Set(Ladder[rung]);

        double Read(int tried)
        {
            if (leaks[tried] is null)
            {
                var done = leaks.Count(leak => leak is not null) / Math.Log2(Ladder.Length);
                progress?.Invoke(new ErasingProgress("choosing noise", Math.Min(1, done)));
                Set(Ladder[tried]);
            }
            return leaks[tried] ??= Leak(fitted, halves);
        }
    }

    // Leak falls with noise: the first rung that suffices is found by halving; the last if none does.
    private static int Least(double aim, Func<int, double> read)
    {
        var (low, high) = (0, Ladder.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (read(middle) <= aim)
                high = middle;
            else
                low = middle + 1;
        }
        return high;
    }

    private static double Chance(int count) => 0.5 / Math.Sqrt(Math.Max(1, count));

    // Rows to choose attackers on, and to judge them on, and the other way round; those of one group stay together.
    private int[][] Halves()
    {
        var rows = Shuffled(judged).Take(MostRows).ToArray();
        var half = judged.Groups is { } groups
            ? rows.TakeWhile(row => groups[row] != groups[rows[rows.Length / 2]]).Count()
            : rows.Length / 2;
        return [rows[..half], rows[half..]];
    }

    // Group by group.
    private int[] Shuffled(LabelledRows rows)
    {
        var groups = rows.Groups ?? [.. Enumerable.Range(0, rows.Count)];
        var order = groups.Distinct().ToArray();
        new Random(options.Seed).Shuffle(order);
        var members = Enumerable.Range(0, rows.Count).ToLookup(row => groups[row]);
        return [.. order.SelectMany(group => members[group])];
    }

    // The largest over attributes and attackers of the mean over both halves.
    private double Leak(int[] fitted, int[][] halves)
    {
        using var scope = NewDisposeScope();
        var draws = halves.Sum(half => half.Length) < MostRows ? Draws : 1;
        Tensor known = Released(training, fitted, 1),
            one = Released(judged, halves[0], draws),
            other = Released(judged, halves[1], draws);
        var tries = (
            from attribute in Enumerable.Range(0, judged.Attributes.Count)
            from attacker in Attackers
            from isSwapped in new[] { false, true }
            select (attribute, attacker, isSwapped)
        ).ToArray();
        var leaks = new double[tries.Length];
        Lanes
            .For(0)
            .Run(
                [
                    .. tries.Select<(int Attribute, IAttacker Attacker, bool IsSwapped), Action>(
                        (one, i) => () => leaks[i] = Leak(one.Attacker, Parts(one.Attribute, one.IsSwapped))
                    ),
                ],
                cancel
            );
        return leaks.Chunk(2).Max(ofHalves => ofHalves.Average());

        AttackParts Parts(int attribute, bool isSwapped)
        {
            var (first, second) = (Set(judged, attribute, halves[0], one, draws), Set(judged, attribute, halves[1], other, draws));
            return new AttackParts(
                new AttackProblem([training.Size], 0, training.Task?.Classes ?? 0, training.Attributes[attribute].Classes),
                Set(training, attribute, fitted, known, 1),
                isSwapped ? second : first,
                isSwapped ? first : second
            );
        }
    }

    // Draw after draw.
    private Tensor Released(LabelledRows rows, int[] part, int draws)
    {
        using var scope = NewDisposeScope();
        var x = rows.Gather(part);
        return torch.cat([.. Enumerable.Range(0, draws).Select(draw => erasure.Draw(x, draw))]).MoveToOuterDisposeScope();
    }

    private static AttackSet Set(LabelledRows rows, int attribute, int[] part, Tensor released, int draws)
    {
        int[] all = [.. Enumerable.Repeat(part, draws).SelectMany(some => some)];
        int[] task = rows.Task is null ? new int[all.Length] : [.. all.Select(row => rows.Task.Labels[row])];
        return new AttackSet(released, task, task, [.. all.Select(row => rows.Attributes[attribute].Labels[row])]);
    }

    private double Leak(IAttacker attacker, AttackParts attack)
    {
        using var scope = NewDisposeScope();
        return attack.OnTraining(attacker, options.Seed, cancel).Test.BalancedAccuracy()
            - attack.Floor(FloorAttacker.LabelOnly).Test.BalancedAccuracy();
    }

    // Standard normal numbers times this matrix: none in the directions in which decisions differ.
    private double Set(double noise)
    {
        using var scope = NewDisposeScope();
        var (told, all) = (erasure.DecisionDirections(), torch.eye(erasure.Shape.Directions));
        var free = all - told.t().matmul(told);
        if (Kept is not null)
            free = free.matmul(all - (1 - KeptShare) * Kept.t().matmul(Kept));
        erasure.SetNoise(free * noise);
        return noise;
    }
}
