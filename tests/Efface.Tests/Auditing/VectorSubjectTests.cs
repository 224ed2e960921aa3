using Efface.Auditing;
using Efface.Tests.Models;
using Xunit;
using static TorchSharp.torch;

namespace Efface.Tests.Auditing;

[Collection(SharedTorch.Name)]
[OneThread]
public sealed class VectorSubjectTests : IDisposable
{
    private static readonly AuditSettings Settings = new()
    {
        Attackers = ["linear"],
        Seeds = [0],
        Tolerance = 0.1,
        // Controls, which take most of an audit's time, are tested elsewhere.
        Parts = [AuditPart.Subgroups, AuditPart.Collateral],
    };

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void A_subgroup_in_which_it_leaks_is_found_beside_a_whole_in_which_it_leaks_less()
    {
        using var subject = VectorSubjects.Of((h, _, z, g, _) => h[0] += g == 1 ? 3 * z : 0);
        var place = Assert.Single(Audit(subject, ["z"]).Representations);
        SubgroupResult In(string column, string label) =>
            place.Subgroups.Single(subgroup => subgroup.Column == column && subgroup.Class == label);

        Assert.Equal(["y", "g", "w"], place.Subgroups.Select(subgroup => subgroup.Column).Distinct());
        Assert.InRange(In("g", "yes").BalancedAccuracy.Value, place.BestResult.Test.BalancedAccuracy.Value + 0.05, 1);
        Assert.InRange(In("g", "yes").GivenTask.Low, 0.15, 1);
        Assert.InRange(In("g", "no").GivenTask.Value, -0.1, 0.1);
        Assert.All(place.Subgroups.Where(subgroup => subgroup.Column == "w"), subgroup =>
            Assert.Equal(place.BestResult.Test.BalancedAccuracy.Value, subgroup.BalancedAccuracy.Value, 0.06)
        );
    }

    [Fact]
    public void Vectors_that_have_collapsed_to_a_few_are_said_to_be_that_and_equal_ones_decide_nothing()
    {
        static void Fill(float[] h, float value) => Array.Fill(h, value);
        using var few = VectorSubjects.Of((h, y, _, _, w) => Fill(h, 3 * y + w));
        using var one = VectorSubjects.Of((h, _, _, _, _) => Fill(h, 7));

        Assert.Contains(
            "h has collapsed: 1,500 test images have 4 different vectors",
            Audit(few, ["z"]).Warnings[0],
            StringComparison.Ordinal
        );
        var equal = Audit(one, ["z"]);
        Assert.Equal(Verdict.Inconclusive, equal.Verdict);
        Assert.Contains("every image has the same vector", equal.Worst.Reasons[0], StringComparison.Ordinal);
        Assert.Equal(0, equal.Worst.Leak.GivenTask.Value);
    }

    [Fact]
    public void The_confusion_matrix_is_of_the_attacker_that_counts()
    {
        using var subject = VectorSubjects.Of((h, _, z, _, _) => h[0] += 2 * z);
        var place = Assert.Single(Audit(subject, ["z"]).Representations);
        Assert.Equal(["no", "yes"], place.Classes);
        Assert.Equal(1500, place.Confusion.Sum(row => row.Sum()));
        var recall = Enumerable.Range(0, 2).Average(z => (double)place.Confusion[z][z] / place.Confusion[z].Sum());
        Assert.Equal(place.BestResult.Test.BalancedAccuracy.Value, recall, 9);
    }

    [Fact]
    public void Collateral_is_what_can_still_be_read_of_everything_else()
    {
        using var subject = VectorSubjects.Of(
            (h, y, _, g, _) =>
            {
                h[0] += 3 * g;
                h[1] += 2 * y;
            }
        );
        var audit = Audit(subject, ["z"]);
        Assert.Equal(["g", "w"], audit.Collateral.Select(result => result.Attribute));
        Assert.InRange(audit.Collateral[0].After.Low, 0.95, 1);
        Assert.InRange(audit.Collateral[1].After.Value, 0.45, 0.55);
        Assert.All(audit.Collateral, result => Assert.InRange(result.PredictionOnly!.Value, 0.45, 0.55));
        Assert.Equal(audit.Collateral.Average(result => result.After.Value), audit.CollateralMean!.After, 12);
        Assert.Null(audit.CollateralMean.Before);
    }

    [Fact]
    public void Before_and_after_stand_side_by_side()
    {
        using var visible = VectorSubjects.Of(
            (h, _, z, g, _) =>
            {
                h[0] += 2 * z;
                h[1] += 3 * g;
            }
        );
        using var gone = VectorSubjects.Of((_, _, _, _, _) => { });
        var before = Audit(visible, ["z"]);
        var after = Audit(gone, ["z"], before);
        var place = Assert.Single(after.Representations);
        Assert.Equal(before.Worst.Leak, place.Before!.Leak);
        Assert.Equal(before.Worst.BestResult.Test.BalancedAccuracy, place.Before.BalancedAccuracy);
        Assert.InRange(after.CollateralMean!.Before!.Value, after.CollateralMean.After + 0.1, 1);
    }

    [Fact]
    public void Without_a_task_guessing_is_the_reference_and_nobody_knows_y()
    {
        using var subject = VectorSubjects.Of((h, _, z, _, _) => h[0] += 2 * z, task: false);
        var audit = Audit(subject, ["z"]);
        var place = Assert.Single(audit.Representations);
        Assert.Equal(Verdict.Leaks, audit.Verdict);
        Assert.Null(audit.Fidelity);
        Assert.Null(audit.Aum);
        Assert.Null(place.Floors.LabelOnly);
        Assert.Null(place.Floors.PredictionOnly);
        Assert.All(place.Attackers, attacker => Assert.Equal("h", attacker.Knows));
        Assert.Equal(place.BestResult.Test.BalancedAccuracy.Value - 0.5, place.Leak.GivenTask.Value, 9);
        Assert.Equal(["y", "g", "w"], audit.Collateral.Select(result => result.Attribute));
    }

    [Fact]
    public void Where_a_person_stands_on_both_sides_nothing_is_concluded()
    {
        using var subject = VectorSubjects.Of(
            (h, _, z, _, _) => h[0] += 2 * z,
            groups: [.. Enumerable.Range(0, 3000).Select(i => i % 500)]
        );
        var audit = Audit(subject, ["z"]);
        Assert.Equal(Verdict.Inconclusive, audit.Verdict);
        Assert.Equal(500, audit.Split!.SharedGroups);
        Assert.Contains("500 groups stand on more than one side", Assert.Single(audit.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_one_person_make_intervals_wider()
    {
        int[] people = [.. Enumerable.Range(0, 3000).Select(i => i / 20)];
        using var alone = VectorSubjects.Of((h, _, z, _, _) => h[0] += z);
        using var together = VectorSubjects.Of((h, _, z, _, _) => h[0] += z, groups: people);
        Assert.Null(Audit(alone, ["z"]).Images!.TestGroups);
        Assert.Equal(75, Audit(together, ["z"]).Images!.TestGroups);
    }

    [Fact]
    public void Each_attribute_has_a_verdict_of_its_own()
    {
        using var subject = VectorSubjects.Of((h, _, z, _, _) => h[0] += 3 * z);
        var audit = Audit(subject, ["w", "z"]);
        Assert.Equal(["w", "z", "w+z"], audit.Attributes.Select(attribute => attribute.Attribute));
        Assert.Equal((Verdict.Leaks, Verdict.Leaks), (audit.Attributes[1].Verdict, audit.Attributes[2].Verdict));
        Assert.NotEqual(Verdict.Leaks, audit.Attributes[0].Verdict);
    }

    public void Dispose() => _scope.Dispose();

    private static AuditResult Audit(AuditSubject subject, string[] attributes, AuditResult? before = null) =>
        new Auditor(Settings).Audit(subject, attributes, before, TestContext.Current.CancellationToken);
}
