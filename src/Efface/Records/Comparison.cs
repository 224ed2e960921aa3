using Efface.Auditing;

namespace Efface.Records;

/// <summary>The numbers of one run in a before/after table, at the worst released place of its first attribute.</summary>
/// <param name="Run">The command: <c>train</c> or <c>unlearn</c>.</param>
/// <param name="Place">The place that the attacker reads.</param>
/// <param name="Attribute">The attribute it looks for.</param>
/// <param name="Fidelity">Accuracy of the task on test; null without a task.</param>
/// <param name="Attack">Balanced accuracy of the best attacker that does not know y.</param>
/// <param name="AttackGivenTask">Balanced accuracy of the best attacker that may know y.</param>
/// <param name="LabelOnly">Balanced accuracy of the label-only floor; without a task the majority's.</param>
/// <param name="GivenTask">A(h,y) - A(y).</param>
/// <param name="BeyondPrediction">A(h) - A(ŷ).</param>
/// <param name="Aum">As in Guo et al.; null without a task.</param>
/// <param name="Verdict">The verdict of the whole audit.</param>
/// <param name="Kept">Mean AUC of what should stay; null if it was not measured.</param>
/// <param name="Verification">How well people are verified; null if no column says who they are.</param>
internal sealed record ComparisonRow(
    string Run,
    string Place,
    string Attribute,
    Measured? Fidelity,
    Measured Attack,
    Measured AttackGivenTask,
    Measured LabelOnly,
    Measured GivenTask,
    Measured BeyondPrediction,
    double? Aum,
    Verdict Verdict,
    CollateralMean? Kept,
    VerificationResult? Verification
)
{
    /// <summary>The row of an audited run; null without an audit.</summary>
    public static ComparisonRow? Of(RunFolder folder)
    {
        if (folder.Audit is not { } audit)
            return null;
        var worst = audit.Worst;
        return new ComparisonRow(
            folder.Run.Command,
            worst.Name,
            worst.Attribute,
            audit.Fidelity,
            worst.BestWithoutTaskResult.Test.BalancedAccuracy,
            worst.BestResult.Test.BalancedAccuracy,
            worst.Floors.Reference.BalancedAccuracy,
            worst.Leak.GivenTask,
            worst.Leak.BeyondPrediction,
            audit.Aum,
            audit.Verdict,
            audit.CollateralMean,
            audit.Verification
        );
    }
}
