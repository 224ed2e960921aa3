namespace Efface.Auditing.Attacks;

/// <summary>What an attacker starts from and is compared with: p(z|y) if it knows y; else uniform classes.</summary>
internal sealed class Start : IDisposable
{
    private readonly IFittedAttacker? _floor;
    private readonly AttackProblem _problem;
    private readonly double[,] _known;
    private readonly int[] _truth;

    /// <param name="problem">The problem to attack.</param>
    /// <param name="fit">The images on which p(z|y) is counted.</param>
    /// <param name="choose">The images on which everything is chosen.</param>
    public Start(AttackProblem problem, AttackSet fit, AttackSet choose)
    {
        _problem = problem;
        _floor = problem.KnowsTask ? FloorAttacker.LabelOnly.Fit(problem, fit, choose, seed: 0) : null;
        (_known, _truth) = (Read(choose), choose.Attribute);
    }

    /// <summary>What is known without h: log-probabilities, [N, K].</summary>
    public double[,] Read(AttackSet set) => _floor?.Read(set) ?? Quality.Normalise(new double[set.Count, _problem.AttributeClasses]);

    /// <summary>How well predictions on the choosing images read, and how much they add.</summary>
    public Quality Judge(double[,] opinions) => Quality.Of(opinions, _known, _truth);

    /// <inheritdoc/>
    public void Dispose() => _floor?.Dispose();
}
