namespace Efface.Auditing;

/// <summary>
/// For symbols: the table of p(symbol | z), which no other attacker beats when it is known exactly. With the symbol always 0 it is
/// the majority floor, with y the label-only floor, with ŷ the prediction-only floor.
/// </summary>
public sealed class LookupAttacker : IAttacker
{
    /// <inheritdoc/>
    public string Name => "lookup";

    /// <inheritdoc/>
    public bool DependsOnSeed => false;

    /// <inheritdoc/>
    public bool Reads(AttackProblem problem) => problem.IsDiscrete;

    /// <inheritdoc/>
    public IFittedAttacker Fit(AttackProblem problem, AttackSet fit, AttackSet choose, int seed)
    {
        var counts = new double[Symbols(problem), problem.AttributeClasses];
        var symbols = Symbol(problem, fit);
        for (var i = 0; i < fit.Count; i++) counts[symbols[i], fit.Attribute[i]]++;
        return new Table(problem, LogPosterior(counts));
    }

    private static int Symbols(AttackProblem problem) => problem.Symbols * Math.Max(1, problem.TaskClasses);

    private static int[] Symbol(AttackProblem problem, AttackSet set)
    {
        var symbols = set.Symbols();
        return problem.KnowsTask ? [.. symbols.Zip(set.Task, (symbol, y) => symbol * problem.TaskClasses + y)] : symbols;
    }

    private static double[,] LogPosterior(double[,] counts)
    {
        int symbols = counts.GetLength(0), classes = counts.GetLength(1);
        var totals = Enumerable.Range(0, classes).Select(z => Enumerable.Range(0, symbols).Sum(s => counts[s, z])).ToArray();
        var log = new double[symbols, classes];
        for (var s = 0; s < symbols; s++)
        {
            // Half a count spread like the classes: a symbol that was never seen tells nothing, a rare one little.
            var likelihood = Enumerable.Range(0, classes).Select(z => (counts[s, z] + 0.5 * totals[z] / totals.Sum()) / Math.Max(totals[z], 1)).ToArray();
            var sum = likelihood.Sum();
            for (var z = 0; z < classes; z++) log[s, z] = Math.Log(Math.Max(likelihood[z] / sum, 1e-12));
        }
        return log;
    }

    private sealed class Table(AttackProblem problem, double[,] logPosterior) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            var symbols = Symbol(problem, set);
            var result = new double[set.Count, problem.AttributeClasses];
            for (var i = 0; i < set.Count; i++)
                for (var z = 0; z < problem.AttributeClasses; z++) result[i, z] = logPosterior[symbols[i], z];
            return result;
        }

        public void Dispose() { }
    }
}
