using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Logistic regression to convergence. It chooses how much it trusts directions of low variance, the strength of its penalty, and, where y
/// is known, whether y only shifts the boundary or has a boundary of its own for each y (I(h;z|y) can lie in that alone: z = y xor a bit of
/// h).
/// </summary>
internal sealed class LinearAttacker : ChoosingAttacker
{
    // Shares of an image's weight; a penalty also grows with the number of features per image.
    private const double OfIntercept = 1e-4,
        Largest = 1;

    private static readonly double[] Penalties = [100, 10, 1, 0.1];

    /// <inheritdoc/>
    public override string Name => "linear";

    private protected override IEnumerable<IFittedAttacker> Candidates(
        AttackProblem problem,
        AttackSet fit,
        AttackSet choose,
        Start start,
        int seed,
        CancellationToken cancel
    ) => Fits(problem, fit, Penalties, [0, 1], cancel);

    /// <summary>The same on any features [N, F].</summary>
    /// <param name="problem">The problem to attack.</param>
    /// <param name="fit">The images, with the features as their values.</param>
    /// <param name="penalties">In images per feature, falling.</param>
    /// <param name="powers">0: all directions are trusted alike; 1: in proportion to their variance.</param>
    /// <param name="cancel">Checked at each step.</param>
    internal static IEnumerable<IFittedAttacker> Fits(
        AttackProblem problem,
        AttackSet fit,
        double[] penalties,
        double[] powers,
        CancellationToken cancel
    )
    {
        using var weights = Weights(fit, problem.AttributeClasses);
        Boundary[] Boundaries(Tensor features, int[] attribute, Tensor own) =>
            [.. LinearAttacker.Boundaries(features, attribute, problem.AttributeClasses, own, penalties, powers, cancel)];

        // One boundary; y is a feature like others.
        foreach (var boundary in Boundaries(Features(problem, fit), fit.Attribute, weights))
            yield return new Reader(problem, [boundary], _ => 0);
        if (!problem.KnowsTask)
            yield break;

        // A boundary for each y, all with the same settings.
        var tasks = fit.Task.Distinct().Order().ToArray();
        var paths = tasks
            .Select(y =>
            {
                int[] rows = [.. Enumerable.Range(0, fit.Count).Where(i => fit.Task[i] == y)];
                var own = fit.Select(rows);
                using var index = torch.tensor(rows.Select(row => (long)row).ToArray());
                return Boundaries(own.Values, own.Attribute, weights.index_select(0, index));
            })
            .ToArray();
        for (var settings = 0; settings < penalties.Length * powers.Length; settings++)
            yield return new Reader(problem with { TaskClasses = 0 }, [.. paths.Select(path => path[settings])], y =>
                Math.Max(0, Array.BinarySearch(tasks, y))
            );
    }

    // From a strong penalty to a weak one, each starting from the last solution; first with white directions, then scaled by their
    // variance.
    private static IEnumerable<Boundary> Boundaries(
        Tensor features,
        int[] attribute,
        int classes,
        Tensor weights,
        double[] penalties,
        double[] powers,
        CancellationToken cancel
    )
    {
        using var whitened = Whitened.Of(features);
        var white = whitened.White;
        using var inputs = torch.cat([white, torch.ones(white.shape[0], 1, dtype: ScalarType.Float64)], 1);
        using var targets = functional
            .one_hot(torch.tensor(attribute.Select(z => (long)z).ToArray()), classes)
            .t()
            .to_type(ScalarType.Float64)
            .contiguous();
        var regression = new LogisticRegression(inputs, targets, weights);
        var unit = (double)white.shape[1] / white.shape[0];
        foreach (var power in powers)
        {
            var coefficients = torch.zeros(classes, inputs.shape[1], dtype: ScalarType.Float64);
            foreach (var strength in penalties.Select(penalty => Math.Min(Largest, penalty * unit)))
            {
                var penalty = torch.cat([strength * whitened.Variances.pow(-power), torch.tensor([OfIntercept])]);
                coefficients = regression.Solve(penalty, coefficients, cancel);
                yield return Boundary.Of(whitened, coefficients);
            }
        }
    }

    private static Tensor Features(AttackProblem problem, AttackSet set) =>
        problem.KnowsTask
            ? torch.cat(
                [
                    set.Values,
                    functional
                        .one_hot(torch.tensor(set.Task.Select(y => (long)y).ToArray()), problem.TaskClasses)
                        .to_type(ScalarType.Float32),
                ],
                1
            )
            : set.Values;

    private static Tensor Weights(AttackSet fit, int classes)
    {
        var prior = fit.Prior(classes);
        return torch.tensor(fit.Attribute.Select(z => 1 / (classes * prior[z])).ToArray());
    }

    // Logits h · coefficients + intercept.
    private sealed record Boundary(Tensor Coefficients, Tensor Intercept) : IDisposable
    {
        public static Boundary Of(Whitened whitened, Tensor coefficients)
        {
            var own = whitened.Back(coefficients[.., ..^1]);
            return new Boundary(own.DetachFromDisposeScope(), (coefficients[.., ^1] - whitened.Mean.matmul(own)).DetachFromDisposeScope());
        }

        public Tensor Logits(Tensor features) => features.matmul(Coefficients) + Intercept;

        public void Dispose()
        {
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
            foreach (var boundary in boundaries)
                boundary.Dispose();
        }
    }
}
