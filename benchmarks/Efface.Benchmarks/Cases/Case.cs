using Efface.Auditing;
using Efface.Auditing.Attacks;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>Representations of which it is known how much they tell of z.</summary>
/// <param name="Name">Unlike any other case's.</param>
/// <param name="BayesLeak">What the best possible attacker who knows h and y gains over one who knows y alone, in balanced
/// accuracy.</param>
/// <param name="Trace">How z is written.</param>
public sealed record Case(string Name, double BayesLeak, Trace Trace)
{
    /// <summary>p(z = 1).</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>p(y = z).</summary>
    public double Agreement { get; init; } = 0.5;

    /// <summary>The share of wrong labels z, in all parts.</summary>
    public double Wrong { get; init; }

    /// <summary>Whether the trace is of z xor y instead of z.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Whether the training images show nothing.</summary>
    public bool OnlyUnseen { get; init; }

    /// <summary>What the extractor's training then hides.</summary>
    public Func<AttackParts, AttackParts> Masked { get; init; } = parts => parts;

    /// <summary>
    /// Draws so many training images, half as many validation images, and as many test images unless other numbers are given.
    /// </summary>
    public AttackParts Parts(int seed, int images, int? test = null, int? validation = null)
    {
        using var scope = NewDisposeScope();
        using var draws = new Draws(seed);
        var write = Trace.Prepare(draws);
        AttackSet Set(int count, bool hidden)
        {
            var z = draws.Signs(count, Share);
            var y = z * draws.Signs(count, Agreement);
            var sign =
                hidden ? draws.Signs(count)
                : Exclusive ? z * y
                : z;
            var labels = Labels(y);
            return new AttackSet(write(draws, sign), labels, labels, Labels(z * draws.Signs(count, 1 - Wrong)));
        }
        var parts = Masked(
            new AttackParts(
                new AttackProblem(Trace.Shape, 0, 0, 2),
                Set(images, OnlyUnseen),
                Set(validation ?? images / 2, false),
                Set(test ?? images, false)
            )
        );
        foreach (var set in new[] { parts.Training, parts.Validation, parts.Test })
            set.Values.MoveToOuterDisposeScope();
        return parts;
    }

    private static int[] Labels(Tensor signs)
    {
        using var data = signs.data<float>();
        return [.. data.Select(sign => sign > 0 ? 1 : 0)];
    }
}
