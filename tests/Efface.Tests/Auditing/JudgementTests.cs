using Efface.Auditing;
using Xunit;

namespace Efface.Tests.Auditing;

public sealed class JudgementTests
{
    private static readonly Controls Good = new(new Control(true, Around(0.05, 0.02), 0.05), new Control(true, Around(0, 0.02), 0));

    private static readonly SplitControl Apart = new(true, 0, null);

    [Theory]
    [InlineData(0.12, 0.03, Verdict.Leaks)]
    [InlineData(0.06, 0.03, Verdict.Inconclusive)]
    [InlineData(0.03, 0.03, Verdict.Inconclusive)]
    [InlineData(0.01, 0.03, Verdict.Forgotten)]
    public void The_interval_decides(double leak, double half, Verdict verdict) =>
        Assert.Equal(verdict, Judged(Around(leak, half), [Attacker(leak, half)], Good, Apart).Verdict);

    [Fact]
    public void One_attackers_upper_end_is_enough_to_doubt() =>
        Assert.Equal(Verdict.Inconclusive, Judged(Around(0, 0.01), [Attacker(0, 0.01), Attacker(0.02, 0.05)], Good, Apart).Verdict);

    [Fact]
    public void An_audit_without_power_never_says_forgotten()
    {
        var (verdict, reasons) = Judged(
            Around(0, 0.01),
            [Attacker(0, 0.01)],
            Good with
            {
                Planted = Good.Planted with { Passed = false },
            },
            Apart
        );
        Assert.Equal(Verdict.Inconclusive, verdict);
        Assert.Contains("no power", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hidden_trace_that_was_missed_does_not_decide_and_is_told()
    {
        var (verdict, reasons) = Judged(
            Around(0, 0.01),
            [Attacker(0, 0.01)],
            Good with
            {
                Hidden = new Control(false, Around(0.004, 0.01), 0.05),
            },
            Apart
        );
        Assert.Equal(Verdict.Forgotten, verdict);
        Assert.Contains("could have gone unseen: of a planted one 0.4 % were found", reasons[1], StringComparison.Ordinal);
        Assert.Single(
            Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good with { Hidden = new Control(true, Around(0.045, 0.01), 0.05) }, Apart).Reasons
        );
    }

    [Theory]
    [InlineData(0.025, 0.01, 0.02, Verdict.Inconclusive)] // 3.5 points at most, of which two in five are found
    [InlineData(0.025, 0.01, 0.05, Verdict.Forgotten)] // all of it is found
    [InlineData(0.01, 0.01, 0.02, Verdict.Forgotten)] // nothing surely is there
    public void What_no_direction_shows_is_doubted_as_far_as_hidden_traces_are_missed(
        double read,
        double half,
        double found,
        Verdict verdict
    )
    {
        var controls = Good with { Hidden = new Control(false, Around(found, 0.01), 0.05) };
        AttackerResult[] attackers = [Attacker(0, 0.01) with { Name = "linear" }, Attacker(read, half) with { Name = "products" }];
        var judged = Judged(Around(0, 0.01), attackers, controls, Apart);
        Assert.Equal(verdict, judged.Verdict);
        if (verdict == Verdict.Inconclusive)
            Assert.Contains("more than any direction shows", Assert.Single(judged.Reasons), StringComparison.Ordinal);

        // Where a direction shows as much, nothing points to what it does not show.
        attackers[0] = Attacker(read, half) with { Name = "linear" };
        Assert.Equal(Verdict.Forgotten, Judged(Around(0, 0.01), attackers, controls, Apart).Verdict);
    }

    [Fact]
    public void An_audit_that_finds_what_is_not_there_never_says_forgotten() =>
        Assert.Equal(
            Verdict.Inconclusive,
            Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good with { Shuffled = Good.Shuffled with { Passed = false } }, Apart).Verdict
        );

    [Fact]
    public void It_says_how_many_images_would_settle_it()
    {
        // An interval of half width 0.04 at 1,000 images must shrink to the distance of 0.02: (0.04 / 0.02)² = 4 times as many.
        var (_, reasons) = Judged(Around(0.03, 0.04), [Attacker(0.03, 0.04)], Good, Apart);
        Assert.Contains("about 4,000 test images", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void It_does_not_ask_for_images_where_none_would_settle_it()
    {
        var (_, reasons) = Judged(Around(0.05, 0.04), [Attacker(0.05, 0.04)], Good, Apart);
        Assert.DoesNotContain("test images", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_doubt_is_told()
    {
        var bad = new Controls(Good.Planted with { Passed = false }, Good.Shuffled with { Passed = false });
        Assert.Equal(3, Judged(Around(0.03, 0.04), [Attacker(0.03, 0.04)], bad, Apart).Reasons.Count);
    }

    [Fact]
    public void What_leaks_leaks_whatever_the_controls_say() =>
        Assert.Equal(
            Verdict.Leaks,
            Judged(Around(0.2, 0.04), [Attacker(0.2, 0.04)], Good with { Planted = Good.Planted with { Passed = false } }, Apart).Verdict
        );

    [Fact]
    public void Where_images_stand_on_both_sides_nothing_is_concluded()
    {
        var (verdict, reasons) = Judged(Around(0.2, 0.04), [Attacker(0.2, 0.04)], Good, new SplitControl(false, 3, 0));
        Assert.Equal(Verdict.Inconclusive, verdict);
        Assert.Contains("3 images stand on more than one side", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_can_be_planted_it_says_why()
    {
        var none = new Control(false, new Measured(double.NaN, double.NaN, double.NaN, 1000), 0.05);
        var (_, reasons) = Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good with { Planted = none }, Apart);
        Assert.Contains("less than 5.0 % is left to read", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Less_than_the_task_alone_is_a_shift_between_the_parts_and_no_want_of_power()
    {
        var (verdict, reasons) = Judged(
            Around(-0.06, 0.03),
            [Attacker(-0.06, 0.03)],
            Good with
            {
                Planted = Good.Planted with { Passed = false },
            },
            Apart
        );
        Assert.Equal(Verdict.Inconclusive, verdict);
        Assert.Contains("a shift between the parts", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void An_attacker_without_the_task_may_read_less_than_the_task_reveals()
    {
        var chosen = Attacker(-0.06, 0.03) with { Knows = "h", Validation = 0.6 };
        Assert.Equal(Verdict.Forgotten, Judged(Around(-0.06, 0.03), [chosen, Attacker(0, 0.01)], Good, Apart).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judged(Around(-0.06, 0.03), [chosen, Attacker(-0.02, 0.01)], Good, Apart).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judged(Around(-0.06, 0.03), [chosen], Good, Apart).Verdict);
    }

    [Fact]
    public void Of_dozens_of_attackers_one_reads_less_by_chance()
    {
        AttackerResult[] dozens = [.. Enumerable.Repeat(Attacker(0, 0.01), 12), Attacker(-0.02, 0.015) with { Validation = 0.6 }];
        Assert.Equal(Verdict.Forgotten, Judged(Around(0, 0.01), dozens, Good, Apart).Verdict);
        dozens[^1] = Attacker(-0.04, 0.015) with { Validation = 0.6 };
        Assert.Equal(Verdict.Inconclusive, Judged(Around(0, 0.01), dozens, Good, Apart).Verdict);
    }

    [Fact]
    public void Who_learnt_a_few_unseen_images_by_heart_reads_less_without_any_shift()
    {
        var unseen = Attacker(-0.06, 0.01) with { FittedOn = "unseen", Validation = 0.6 };
        Assert.Equal(Verdict.Forgotten, Judged(Around(0, 0.01), [Attacker(0, 0.01), unseen], Good, Apart).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judged(Around(0, 0.01), [Attacker(-0.03, 0.01), unseen], Good, Apart).Verdict);
    }

    [Fact]
    public void What_the_task_tells_is_no_leak_though_the_floor_is_constant()
    {
        Assert.Equal(
            Verdict.Leaks,
            Judged(Around(0.08, 0.01), [Attacker(0.08, 0.01)], Good, Apart, evidence => evidence with { BeyondTask = 0.06 }).Verdict
        );
        Assert.Equal(
            Verdict.Inconclusive,
            Judged(Around(0.08, 0.01), [Attacker(0.08, 0.01)], Good, Apart, evidence => evidence with { BeyondTask = 0.04 }).Verdict
        );
    }

    [Fact]
    public void Equal_vectors_and_classes_without_test_images_are_never_forgotten()
    {
        Assert.Equal(Verdict.Forgotten, Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good, Apart).Verdict);
        Assert.Equal(
            Verdict.Inconclusive,
            Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good, Apart, evidence => evidence with { IsConstant = true }).Verdict
        );
        Assert.Equal(
            Verdict.Inconclusive,
            Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good, Apart, evidence => evidence with { RareClasses = ["class x (0)"] }).Verdict
        );
    }

    [Theory]
    [InlineData(0.4, Verdict.Leaks)]
    [InlineData(0.2, Verdict.Inconclusive)]
    [InlineData(0.1, Verdict.Forgotten)]
    public void One_class_or_single_images_decide_as_the_mean_does(double leak, Verdict verdict)
    {
        var choice = new Choice("mlp", "h,y", "training", 0);
        var nobody = new SurestImages(choice, 50, Around(0, 0.1), Around(0.2, 0.1));
        WorstCases[] worst =
        [
            new([new ClassLeak("c", choice, Around(leak, 0.1))], nobody),
            new([], nobody with { Gain = Around(leak, 0.1) }),
        ];
        Assert.Equal(
            Verdict.Forgotten,
            Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good, Apart, evidence =>
                evidence with
                {
                    WorstCases = new([], nobody with { Gain = Around(leak, 0.1), Lead = Around(-0.2, 0.1) }),
                }
            ).Verdict
        );
        Assert.All(worst, cases =>
            Assert.Equal(
                verdict,
                Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good, Apart, evidence => evidence with { WorstCases = cases }).Verdict
            )
        );
    }

    [Fact]
    public void A_bound_on_the_mean_certifies_only_where_one_class_is_bounded_too()
    {
        var bound = new Certificate
        {
            Metric = Certificate.OfBalancedAccuracy,
            Knows = "c,y",
            Estimate = 0.51,
            Slack = 0.02,
            Floor = Around(0.5, 0),
            Bias = 0,
            Delta = 0.05,
            N = 1000,
            Assumptions = [],
        };
        Verdict Of(double? ofClass) =>
            Judged(Around(0, 0.01), [Attacker(0, 0.01)], Good, Apart, evidence =>
                evidence with
                {
                    Certificates = [bound],
                    ClassBound = ofClass,
                }
            ).Verdict;
        Assert.Equal([Verdict.Certified, Verdict.Certified, Verdict.Forgotten], new double?[] { null, 0.2, 0.3 }.Select(Of));
    }

    private static (Verdict Verdict, IReadOnlyList<string> Reasons) Judged(
        Measured leak,
        IReadOnlyList<AttackerResult> attackers,
        Controls controls,
        SplitControl split,
        Func<Evidence, Evidence>? with = null
    )
    {
        var evidence = new Evidence
        {
            Leak = leak,
            Attackers = attackers,
            Controls = controls,
            Split = split,
            Tolerance = 0.05,
        };
        return Judgement.Of(with?.Invoke(evidence) ?? evidence);
    }

    private static Measured Around(double value, double half) => new(value, value - half, value + half, 1000);

    private static AttackerResult Attacker(double leak, double half)
    {
        var half1 = Around(0.5, 0.02);
        return new AttackerResult
        {
            Name = "mlp",
            Knows = "h,y",
            FittedOn = "training",
            Seed = 0,
            Validation = 0.5,
            Test = new Scores(half1, half1, half1, half1),
            GivenTask = Around(leak, half),
        };
    }
}
