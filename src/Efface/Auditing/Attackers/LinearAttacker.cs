using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>
/// Logistic regression to convergence. It chooses how much it trusts directions that vary little, its strength of penalty, and, where y
/// is known, whether y only shifts the boundary or has a boundary of its own for each y (I(h;z|y) can lie in that alone: z = y xor a bit of h).
/// </summary>
public sealed class LinearAttacker : ChoosingAttacker
{
    private const double OfIntercept = 1e-4;

    private static readonly double[] Penalties = [1, 0.1, 0.01, 1e-3, 1e-4];

    /// <inheritdoc/>
    public override string Name => "linear";

    private protected override IEnumerable<IFittedAttacker> Candidates(AttackProblem problem, AttackSet fit, AttackSet choose, int seed)
    {
        using var weights = Weights(fit, problem.AttributeClasses);
        foreach (var candidate in Together(problem, fit, weights)) yield return candidate;
        if (problem.KnowsTask)
            foreach (var candidate in EachTask(problem, fit, weights)) yield return candidate;
    }

    // One boundary; y is a feature like others.
    private static IEnumerable<IFittedAttacker> Together(AttackProblem problem, AttackSet fit, Tensor weights)
    {
        foreach (var boundary in Boundaries(Features(problem, fit), fit.Attribute, problem.AttributeClasses, weights))
            yield return new Reader(problem, [boundary], _ => 0);
    }

    // A boundary for each y, all with the same settings.
    private static IEnumerable<IFittedAttacker> EachTask(AttackProblem problem, AttackSet fit, Tensor weights)
    {
        var tasks = fit.Task.Distinct().Order().ToArray();
        var paths = tasks.Select(y =>
        {
            int[] rows = [.. Enumerable.Range(0, fit.Count).Where(i => fit.Task[i] == y)];
            var own = fit.Select(rows);
            using var index = torch.tensor(rows.Select(row => (long)row).ToArray());
            return Boundaries(own.Values, own.Attribute, problem.AttributeClasses, weights.index_select(0, index)).ToArray();
        }).ToArray();
        for (var settings = 0; settings < paths[0].Length; settings++)
            yield return new Reader(problem with { TaskClasses = 0 }, [.. paths.Select(path => path[settings])], y => Math.Max(0, Array.BinarySearch(tasks, y)));
    }

    // From much penalty to little, each from where the last one ended; first with white directions, then as they vary.
    private static IEnumerable<Boundary> Boundaries(Tensor features, int[] attribute, int classes, Tensor weights)
    {
        using var whitening = Whitening.Of(features);
        using var white = whitening.Apply(features);
        using var inputs = torch.cat([white, torch.ones(white.shape[0], 1, dtype: ScalarType.Float64)], 1);
        using var targets = functional.one_hot(torch.tensor(attribute.Select(z => (long)z).ToArray()), classes).to_type(ScalarType.Float64);
        var regression = new LogisticRegression(inputs, targets, weights);
        foreach (var power in new[] { 0.0, 1.0 })
        {
            var coefficients = torch.zeros(inputs.shape[1], classes, dtype: ScalarType.Float64);
            foreach (var strength in Penalties)
            {
                var penalty = torch.cat([strength * whitening.Variances.pow(-power), torch.tensor([OfIntercept])]).unsqueeze(1);
                coefficients = regression.Solve(penalty, coefficients);
                yield return Boundary.Of(whitening, coefficients);
            }
        }
    }

    private static Tensor Features(AttackProblem problem, AttackSet set)
        => problem.KnowsTask
            ? torch.cat([set.Values, functional.one_hot(torch.tensor(set.Task.Select(y => (long)y).ToArray()), problem.TaskClasses).to_type(ScalarType.Float32)], 1)
            : set.Values;

    private static Tensor Weights(AttackSet fit, int classes)
    {
        var prior = fit.Prior(classes);
        return torch.tensor(fit.Attribute.Select(z => 1 / (classes * prior[z])).ToArray());
    }

    // Logits (h - mean) · coefficients + intercept.
    private sealed record Boundary(Tensor Mean, Tensor Coefficients, Tensor Intercept) : IDisposable
    {
        public static Boundary Of(Whitening whitening, Tensor coefficients) => new(
            whitening.Mean.clone().DetachFromDisposeScope(),
            whitening.Map.matmul(coefficients[..^1]).DetachFromDisposeScope(),
            coefficients[^1].clone().DetachFromDisposeScope());

        public Tensor Logits(Tensor features) => (features - Mean).matmul(Coefficients) + Intercept;

        public void Dispose()
        {
            Mean.Dispose();
            Coefficients.Dispose();
            Intercept.Dispose();
        }
    }

    private sealed class Reader(AttackProblem problem, Boundary[] boundaries, Func<int, int> boundaryOf) : IFittedAttacker
    {
        public double[,] Read(AttackSet set)
        {
            using var scope = NewDisposeScope();
            var features = Features(problem, set).to_type(ScalarType.Float64);
            var logits = torch.stack([.. boundaries.Select(boundary => boundary.Logits(features))]);
            var own = torch.tensor(set.Task.Select(y => (long)boundaryOf(y)).ToArray());
            return Opinions.Of(functional.log_softmax(logits[own, torch.arange(set.Count)], 1));
        }

        public void Dispose()
        {
            foreach (var boundary in boundaries) boundary.Dispose();
        }
    }
}
