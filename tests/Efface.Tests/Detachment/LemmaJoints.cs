using CsCheck;
using Xunit;

namespace Efface.Tests.Detachment;

/// <summary>
/// Joint tables for what docs/method.md proves and denies. x image, y task, z attribute, s its sensitive part, h representation; α = 1,
/// bits.
/// </summary>
internal static class LemmaJoints
{
    public const double Rounding = 1e-9;

    public static readonly double[] Fair = [0.5, 0.5];

    public static readonly Gen<(double Beta, double Gamma)> Forgetting = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 2], (beta, more) =>
        (beta, beta + more)
    );

    public static readonly Gen<(double Image, double Task, double Attribute)> Weights = Gen.Select(
        Gen.Double[0, 3],
        Gen.Double[0, 3],
        Gen.Double[0, 6]
    );

    // s is a noisy copy of t, half of z; t is independent of y, the other half is not.
    public static readonly Gen<Distribution> OfAttribute =
        from y in Channel(1, 2)
        from t in Channel(1, 2)
        from rest in Channel(16, 2)
        from s in Channel(4, 2)
        from x in Channel(16, 6)
        from h in Channel(6, 4)
        select Distribution
            .Empty.Drawn('y', "", y)
            .Drawn('t', "", t)
            .Drawn('r', "yt", rest)
            .Computed('z', o => 2 * o['t'] + o['r'])
            .Drawn('s', "t", s)
            .Drawn('x', "zy", x)
            .Drawn('h', "x", h);

    // z depends on both, and s on the rest through them alone.
    public static readonly Gen<Distribution> OfAttributeBeyondTask =
        from y in Channel(1, 2)
        from s in Channel(1, 3)
        from z in Channel(16, 3)
        from x in Channel(16, 4)
        from h in Channel(4, 3)
        select Distribution.Empty.Drawn('y', "", y).Drawn('s', "", s).Drawn('z', "ys", z).Drawn('x', "zy", x).Drawn('h', "x", h);

    public static readonly Gen<Distribution> Any =
        from y in Channel(1, 3)
        from z in Channel(4, 3)
        from h in Channel(16, 3)
        select Distribution.Empty.Drawn('y', "", y).Drawn('z', "y", z).Drawn('h', "yz", h);

    // y and z are functions of x.
    public static readonly Gen<Distribution> OfImage =
        from x in Channel(1, 8)
        from y in Gen.Int[0, 1].Array[8]
        from z in Gen.Int[0, 2].Array[8]
        from h in Channel(8, 4)
        select Distribution.Empty.Drawn('x', "", x).Computed('y', o => y[o['x']]).Computed('z', o => z[o['x']]).Drawn('h', "x", h);

    /// <summary>
    /// Rows of sum one: noisy, about every third cell empty, or those of a function, without which no inequality would be near its edge.
    /// </summary>
    public static Gen<double[][]> Channel(int rows, int symbols)
    {
        var noisy = Gen.Frequency((1, Gen.Const(0.0)), (2, Gen.Double[0.01, 1]))
            .Array[symbols]
            .Where(row => row.Sum() > 0)
            .Select(row => row.Select(cell => cell / row.Sum()).ToArray())
            .Array[rows];
        var function = Gen.Int[0, symbols - 1]
            .Select(picked => Enumerable.Range(0, symbols).Select(symbol => symbol == picked ? 1.0 : 0).ToArray())
            .Array[rows];
        return rows == 1 ? noisy : Gen.OneOf(noisy, function);
    }

    public static double Loss(Distribution joint, double gamma) => -joint.Information("h", "x") + gamma * joint.Information("h", "s");

    // (3), with what is told of the attribute.
    public static double Bound(Distribution joint, (double Beta, double Gamma) weights, double told) =>
        -(1 - weights.Beta) * joint.Information("h", "x")
        - weights.Beta * joint.Information("h", "y")
        - (weights.Beta - weights.Gamma) * told;

    public static double DetachmentLoss(Distribution joint, string representation, (double Image, double Task, double Attribute) weights) =>
        -weights.Image * joint.Information(representation, "x")
        - weights.Task * joint.Information(representation, "y")
        + weights.Attribute * joint.Information(representation, "z", "y");

    // KL(p(z|y) ‖ q), for an attribute of two classes.
    public static double Confusion(Distribution joint, Func<Outcome, int, double> head) =>
        joint.Mean(o =>
            new[] { 0, 1 }.Sum(z =>
            {
                var told =
                    joint.Probability(other => other['y'] == o['y'] && other['z'] == z) / joint.Probability(other => other['y'] == o['y']);
                return told == 0 ? 0 : told * Math.Log2(told / head(o, z));
            })
        );

    public static double Coin(double share) => share is <= 0 or >= 1 ? 0 : -share * Math.Log2(share) - (1 - share) * Math.Log2(1 - share);

    public static void AtMost(double bound, double value) => Assert.True(value <= bound + Rounding, $"{value} is above {bound}");
}
