using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Efface.Data.Drawn;

/// <summary>
/// Draws the factors of faces by a Gaussian copula: each factor has a latent standard normal, and its classes are bins of equal
/// probability. Two latents with correlation ρ have the same sign with probability 1/2 + asin(ρ)/π, so two factors of two classes have
/// correlation 2·asin(ρ)/π; hence ρ = sin(π·value/2).
/// </summary>
internal static class DrawnFactors
{
    private static readonly string[] Names = [.. DrawnLook.Factors.Select(factor => factor.Name)];

    /// <summary>Labels of <paramref name="count"/> faces, [count][factors].</summary>
    public static int[][] Sample(int count, IReadOnlyList<FactorCorrelation> correlations, Random random)
    {
        var root = Root(Latent(correlations, 1));
        var edges = DrawnLook.Factors.Select(factor => Edges(factor.Classes.Length)).ToArray();
        var independent = Vector<double>.Build.Dense(Names.Length);
        var labels = new int[count][];
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < Names.Length; k++)
                independent[k] = Normal.InvCDF(0, 1, (random.Next() + 0.5) / int.MaxValue);
            var latent = root * independent;
            labels[i] = [.. edges.Select((edge, k) => edge.Count(value => latent[k] > value))];
        }
        return labels;
    }

    /// <summary>Everything that is wrong with <paramref name="correlations"/>.</summary>
    public static IReadOnlyList<Problem> Problems(IReadOnlyList<FactorCorrelation> correlations)
    {
        var problems = new List<Problem>();
        var seen = new HashSet<(string, string)>();
        foreach (var (first, second, value) in correlations)
        {
            var subject = $"correlation of '{first}' and '{second}'";
            foreach (var name in new[] { first, second }.Distinct().Except(Names))
                problems.Add(new Problem(subject, $"there is no factor '{name}'", $"The factors are {string.Join(", ", Names)}"));
            if (first == second)
                problems.Add(new Problem(subject, "a factor always goes with itself", "Name two different factors"));
            else if (!seen.Add(string.CompareOrdinal(first, second) < 0 ? (first, second) : (second, first)))
                problems.Add(new Problem(subject, "given more than once", "Give each pair once"));
            if (!(Math.Abs(value) <= 1))
                problems.Add(new Problem(subject, $"{value} is out of range -1 to 1", "Give 0 for independence, 1 for the same label"));
        }
        if (problems.Count == 0 && !IsPossible(Latent(correlations, 1)))
            problems.Add(Contradiction(correlations));
        return problems;
    }

    private static Problem Contradiction(IReadOnlyList<FactorCorrelation> correlations)
    {
        var percent = Enumerable.Range(0, 100).Last(percent => IsPossible(Latent(correlations, percent / 100.0)));
        var pairs = string.Join(", ", correlations.Select(pair => $"{pair.First} and {pair.Second} {pair.Value}"));
        return new Problem(
            $"correlations ({pairs})",
            "they contradict each other (their matrix is not positive semi-definite)",
            $"Weaken some, or let the pairs between them go together too; all of them times {percent / 100.0} is possible"
        );
    }

    /// <summary>The correlations of the latents when each requested value is multiplied by <paramref name="scale"/>.</summary>
    private static Matrix<double> Latent(IReadOnlyList<FactorCorrelation> correlations, double scale)
    {
        var matrix = Matrix<double>.Build.DenseIdentity(Names.Length);
        foreach (var (first, second, value) in correlations)
        {
            var (i, j) = (Array.IndexOf(Names, first), Array.IndexOf(Names, second));
            matrix[i, j] = matrix[j, i] = Math.Sin(Math.PI * scale * value / 2);
        }
        return matrix;
    }

    private static bool IsPossible(Matrix<double> latent) =>
        latent.Evd(Symmetricity.Symmetric).EigenValues.All(value => value.Real > -1e-9);

    /// <summary>
    /// The symmetric square root: unlike Cholesky's it exists at correlations of ±1, and it leaves uncorrelated factors unchanged.
    /// </summary>
    private static Matrix<double> Root(Matrix<double> latent)
    {
        var evd = latent.Evd(Symmetricity.Symmetric);
        return evd.EigenVectors * evd.D.Map(value => Math.Sqrt(Math.Max(value, 0))) * evd.EigenVectors.Transpose();
    }

    private static double[] Edges(int classes) =>
        [.. Enumerable.Range(1, classes - 1).Select(k => Normal.InvCDF(0, 1, (double)k / classes))];
}
