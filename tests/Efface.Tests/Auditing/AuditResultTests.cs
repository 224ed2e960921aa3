using Efface.Auditing;
using Efface.Tests.Reporting;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class AuditResultTests
{
    [Fact]
    public void A_place_that_is_not_released_does_not_decide()
    {
        var audit = Audit([
            FakeRuns.Place("embedding", Verdict.Leaks, 0.9, released: false),
            FakeRuns.Place("code", Verdict.Forgotten, 0.55, discrete: true),
        ]);
        Assert.Equal(Verdict.Forgotten, audit.Verdict);
        Assert.Equal("glasses at code: a reason", Assert.Single(audit.Reasons));
    }

    [Theory]
    [InlineData(Verdict.Leaks, Verdict.Inconclusive)]
    [InlineData(Verdict.Inconclusive, Verdict.Forgotten)]
    [InlineData(Verdict.Forgotten, Verdict.Certified)]
    public void The_worst_verdict_counts_wherever_it_stands(Verdict worse, Verdict better)
    {
        var (bad, good) = (FakeRuns.Place("h", worse, 0.6), FakeRuns.Place("logits", better, 0.8));
        Assert.Equal(worse, Audit([bad, good]).Verdict);
        Assert.Equal(worse, Audit([good, bad]).Verdict);
    }

    [Fact]
    public void Of_two_leaks_the_larger_one_is_the_reason() =>
        Assert.Equal("logits", Audit([FakeRuns.Place("h", Verdict.Leaks, 0.7), FakeRuns.Place("logits", Verdict.Leaks, 0.8)]).Worst.Name);

    [Fact]
    public void A_combination_that_leaks_is_enough() =>
        Assert.Equal(
            Verdict.Leaks,
            (Audit([FakeRuns.Place("h", Verdict.Forgotten, 0.55)]) with { Joint = [FakeRuns.Place("h", Verdict.Leaks, 0.8)] }).Verdict
        );

    [Fact]
    public void The_metric_takes_the_first_attributes_best_blind_attacker_at_a_released_place()
    {
        var hidden = FakeRuns.Place("embedding", Verdict.Leaks, 0.95, released: false);
        var (code, logits) = (
            FakeRuns.Place("code", Verdict.Forgotten, 0.6, discrete: true),
            FakeRuns.Place("logits", Verdict.Forgotten, 0.55)
        );
        var other = FakeRuns.Place("code", Verdict.Leaks, 0.9) with { Attribute = "beard" };
        var audit = Audit([hidden, code, logits, other]);

        var blind = code.Attackers.Where(attacker => attacker.Knows == "c").MaxBy(attacker => attacker.Validation)!;
        Assert.Equal(AuditResult.AttributeUnlearningMetric(blind.Test.Accuracy.Value, 0.95), audit.Aum!.Value, 12);
    }

    private static AuditResult Audit(RepresentationAudit[] places) =>
        new()
        {
            Fidelity = FakeRuns.Around(0.95, 0.01),
            Settings = new AuditSettings(),
            Representations = places,
            Joint = [],
        };
}
