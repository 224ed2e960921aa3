namespace Efface.Auditing.Attacks;

/// <summary>What an attacker starts from, and is held against: p(z|y) where it knows y; else that all classes are alike.</summary>
internal sealed class Start : IDisposable
{
    private readonly IFittedAttacker? _floor;
    private readonly AttackProblem _problem;
    private readonly double[,] _known;
    private readonly int[] _truth;

    /// <param name="problem">Who attacks what.</param>
    /// <param name="fit">What p(z|y) is counted on.</param>
    /// <param name="choose">What everything is chosen on.</param>
    public Start(AttackProblem problem, AttackSet fit, AttackSet choose)
    {
        _problem = problem;
        _floor = problem.KnowsTask ? FloorAttacker.LabelOnly.Fit(problem, fit, choose, seed: 0) : null;
        (_known, _truth) = (Read(choose), choose.Attribute);
    }

    /// <summary>What is known without h: log-probabilities, [N, K].</summary>
    public double[,] Read(AttackSet set) => _floor?.Read(set) ?? Quality.Normalise(new double[set.Count, _problem.AttributeClasses]);

    /// <summary>How well opinions on the images of choice read, and how much they add.</summary>
    public Quality Judge(double[,] opinions) => Quality.Of(opinions, _known, _truth);

    /// <inheritdoc/>
    public void Dispose() => _floor?.Dispose();
}
