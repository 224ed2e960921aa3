using MathNet.Numerics.Distributions;

namespace Efface.Benchmarks;

/// <summary>Every case with known truth.</summary>
public static class Cases
{
    /// <summary>The strengths of leak, in balanced accuracy.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [0.02, 0.05, 0.08, 0.15, 0.30];

    /// <summary>Where nothing leaks; z may still go with y.</summary>
    public static IReadOnlyList<Case> Clean { get; } =
    [
        Plain(VectorTraces.Absent),
        Plain(VectorTraces.Absent) with
        {
            Name = "absent, 95% of one class",
            Share = 0.05,
        },
        Plain(VectorTraces.Absent) with
        {
            Name = "absent, y goes with z",
            Agreement = 0.8,
        },
        Plain(MapTraces.Everywhere(0)) with
        {
            Name = "absent in a map",
        },
        Plain(MapTraces.IdleTemplate),
    ];

    /// <summary>Each way to leak, at one strength.</summary>
    public static IReadOnlyList<Case> At(double leak)
    {
        List<Case> cases = [];
        foreach (var rotated in new[] { false, true })
            cases.AddRange(
                new[]
                {
                    VectorTraces.Linear(leak, rotated),
                    VectorTraces.Tiny(leak, rotated),
                    VectorTraces.Product(2, leak, rotated),
                    VectorTraces.Product(3, leak, rotated),
                    VectorTraces.Ring(leak, rotated),
                }.Select(Plain)
            );
        var linear = VectorTraces.Linear(leak, rotated: true);
        cases.AddRange([
            Plain(VectorTraces.OneOfMany(leak)),
            Plain(VectorTraces.Rare(leak)),
            Plain(VectorTraces.Stochastic(leak, averaged: false)) with
            {
                Name = $"one draw, whose mean of 64 shows {leak:P0}",
            },
            Plain(VectorTraces.Stochastic(leak, averaged: true)),
            Plain(MapTraces.Everywhere(leak)),
            Plain(MapTraces.Somewhere(leak)),
            Plain(MapTraces.Template(leak)),
            Plain(linear) with
            {
                Name = $"linear, 95% of one class {leak:P0}",
                Share = 0.05,
            },
            Plain(linear) with
            {
                Name = $"linear, 20% wrong labels {leak:P0}",
                Wrong = 0.2,
                BayesLeak = 0.6 * leak,
            },
            Plain(linear) with
            {
                Name = $"linear, only on unseen images {leak:P0}",
                OnlyUnseen = true,
            },
            Plain(linear) with
            {
                Name = $"z xor y, linear {leak:P0}",
                Exclusive = true,
            },
            Plain(VectorTraces.Ring(leak, rotated: false)) with
            {
                Name = $"z xor y, ring {leak:P0}",
                Exclusive = true,
            },
            Plain(VectorTraces.Linear(Alone(leak, 0.8), rotated: true)) with
            {
                Name = $"linear, y goes with z {leak:P0}",
                Agreement = 0.8,
                BayesLeak = leak,
            },
            Plain(Both(leak)) with
            {
                Name = $"xor, linear trace erased {leak:P0}",
                Masked = Erasure.OfLinear,
            },
        ]);
        return cases;
    }

    /// <summary>All of them at all strengths.</summary>
    public static IReadOnlyList<Case> All { get; } = [.. Clean, .. Strengths.SelectMany(At)];

    /// <summary>
    /// What a normal feature that gives away a fair z by <paramref name="leak"/> adds to a fair y with p(y = z) =
    /// <paramref name="agreement"/>.
    /// </summary>
    public static double GivenTask(double leak, double agreement)
    {
        if (leak == 0)
            return 0;
        // The log-likelihood ratio 2·shift·h joins the log-odds of y: the best threshold lies so far on y's other side.
        var shift = VectorTraces.Shift(leak);
        var threshold = Math.Log(agreement / (1 - agreement)) / (2 * shift);
        return agreement * Normal.CDF(0, 1, shift + threshold) + (1 - agreement) * Normal.CDF(0, 1, shift - threshold) - agreement;
    }

    // The leak without y that adds as much to y.
    private static double Alone(double leak, double agreement)
    {
        var (low, high) = (leak, 0.5 - 1e-9);
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            if (GivenTask(middle, agreement) < leak)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    private static Case Plain(Trace trace) => new(trace.Leak == 0 ? trace.Name : $"{trace.Name} {trace.Leak:P0}", trace.Leak, trace);

    // Erased is the strong linear trace; what stays is the product's.
    private static Trace Both(double leak)
    {
        var product = VectorTraces.Product(2, leak, rotated: false);
        return product with
        {
            Prepare = draws =>
            {
                var write = product.Prepare(draws);
                return (images, sign) =>
                {
                    var h = write(images, sign);
                    h[.., 5] = h[.., 5] + sign;
                    return h;
                };
            },
        };
    }
}
