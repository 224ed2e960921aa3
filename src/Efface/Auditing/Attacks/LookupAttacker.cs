using static TorchSharp.torch;

namespace Efface.Auditing.Attacks;

/// <summary>
/// For symbols: the table of p(z | symbol), which no other attacker beats when it is known exactly. It chooses how much it trusts a
/// symbol's counts against what is known without them. With a constant symbol it is the majority floor, with y the label-only floor, with ŷ
/// the prediction-only floor.
/// </summary>
internal sealed class LookupAttacker : ChoosingAttacker
{
    // In images. Half an image: a symbol that never occurred reveals nothing, a rare one little.
    private static readonly double[] Strengths = [0.5, 2, 8, 32, 128];

    /// <inheritdoc/>
    public override string Name => "lookup";

    /// <inheritdoc/>
    public override bool Reads(AttackProblem problem) => problem.IsDiscrete;

    /// <inheritdoc/>
    protected override Tensor Prepare(Tensor values) => values;

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    )
    {
        // As if all classes were equally frequent.
        var (counts, known, symbols) = (new double[Symbols(problem), problem.AttributeClasses], start.Read(fit), Symbol(problem, fit));
        var prior = fit.Prior(problem.AttributeClasses);
        for (var i = 0; i < fit.Count; i++)
            counts[symbols[i], fit.Attribute[i]] += 1 / (prior[fit.Attribute[i]] * problem.AttributeClasses);
        return Strengths.Select(strength => new Table(problem, Posterior(counts, Expected(), strength)));

        // What is known about each symbol without it; nothing for one that never occurred.
        double[,] Expected()
        {
            var expected = Quality.Normalise(new double[Symbols(problem), problem.AttributeClasses]);
            for (var i = 0; i < fit.Count; i++)
            for (var z = 0; z < problem.AttributeClasses; z++)
                expected[symbols[i], z] = known[i, z];
            return expected;
        }
    }

    private static int Symbols(AttackProblem problem) => problem.Symbols * Math.Max(1, problem.TaskClasses);

    private static int[] Symbol(AttackProblem problem, AttackSet set)
    {
        var symbols = set.Symbols();
        return problem.KnowsTask ? [.. symbols.Zip(set.Task, (symbol, y) => symbol * problem.TaskClasses + y)] : symbols;
    }

    private static double[,] Posterior(double[,] counts, double[,] expected, double strength)
    {
        for (var s = 0; s < counts.GetLength(0); s++)
        for (var z = 0; z < counts.GetLength(1); z++)
            expected[s, z] = Math.Log(counts[s, z] + strength * Math.Exp(expected[s, z]));
        return Quality.Normalise(expected);
    }

    private sealed class Table(AttackProblem problem, double[,] posterior) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            var symbols = Symbol(problem, set);
            var result = new double[set.Count, problem.AttributeClasses];
            for (var i = 0; i < set.Count; i++)
            for (var z = 0; z < problem.AttributeClasses; z++)
                result[i, z] = posterior[symbols[i], z];
            return result;
        }

        public void Dispose() { }
    }
}
