using Efface.Auditing;
using Xunit;
using static Efface.Tests.Reporting.Rendered;

namespace Efface.Tests.Reporting;

public sealed class VerdictSentenceTests : IDisposable
{
    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(Verdict.Certified, "no attacker of any kind can tell")]
    [InlineData(Verdict.Forgotten, "no attacker we trained could tell")]
    [InlineData(Verdict.Inconclusive, "the audit cannot say whether")]
    [InlineData(Verdict.Leaks, "The model still gives")]
    public void Each_verdict_has_its_own_sentence_with_attribute_task_and_tolerance(Verdict verdict, string words)
    {
        var sentence = Sentence(_runs.After(verdict));
        Assert.Contains(words, sentence, StringComparison.Ordinal);
        Assert.All(["“glasses”", "“smile”", "5.0"], part => Assert.Contains(part, sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_leak_is_called_by_the_attributes_that_leak()
    {
        _runs.Attributes = ["glasses", "beard"];
        var sentence = Sentence(
            _runs.Run(
                "unlearn",
                FakeRuns.Place("h", Verdict.Leaks, 0.8),
                FakeRuns.Place("h", Verdict.Forgotten, 0.55) with
                {
                    Attribute = "beard",
                }
            )
        );
        Assert.Contains("glasses", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("beard", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leak_of_the_combination_alone_is_called_so()
    {
        var folder = _runs.Run("unlearn", FakeRuns.Place("h", Verdict.Forgotten, 0.55));
        folder.Audit = folder.Audit! with { Joint = [FakeRuns.Place("h", Verdict.Leaks, 0.8) with { Attribute = "glasses+beard" }] };
        Assert.Contains("gives the combination “glasses+beard” away", Sentence(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_leak_without_unlearning_does_not_still_leak() =>
        Assert.StartsWith("The model gives “glasses” away", Sentence(_runs.Before()), StringComparison.Ordinal);

    [Fact]
    public void An_audit_that_failed_its_own_checks_shows_nothing_and_says_so()
    {
        var place = FakeRuns.Place("h", Verdict.Inconclusive, 0.55);
        var missed = place with { Controls = place.Controls! with { Planted = new Control(false, FakeRuns.Around(0.01, 0.02), 0.05) } };
        var folder = _runs.Run("unlearn", missed);
        Assert.Contains("did not pass its own checks", Sentence(folder), StringComparison.Ordinal);
        Assert.Contains(
            "Not passed: a planted trace was missed (read 1.0 percentage points beyond the floor; 5.0 were planted)",
            Text(folder),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_must_be_known_first_opens_the_sentence_and_is_said_once()
    {
        var folder = _runs.After(Verdict.Forgotten);
        folder.Audit = folder.Audit! with { Warnings = ["rows belong to other images"] };

        Assert.StartsWith("Rows belong to other images. After unlearning, no attacker", Sentence(folder), StringComparison.Ordinal);
        Assert.Equal(2, Text(folder).Split("ows belong to other images").Length);
        Assert.Equal("rows belong to other images", folder.Audit.Reasons[0]);
    }

    [Fact]
    public void A_leak_that_the_mean_hides_is_called_one_that_is_none_on_average()
    {
        var place = FakeRuns.Place("h", Verdict.Leaks, 0.55) with { Reasons = ["class x is told from the rest"] };
        var small = place with { Leak = new Leak(FakeRuns.Around(0.01, 0.01), FakeRuns.Around(0.01, 0.01)) };
        Assert.EndsWith(
            "away, if not on average: class x is told from the rest.",
            Sentence(_runs.Run("unlearn", small)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Images_on_both_sides_of_the_split_are_no_lack_of_images()
    {
        var folder = _runs.After(Verdict.Inconclusive);
        Assert.Contains("too coarse to decide", Sentence(folder), StringComparison.Ordinal);
        folder.Audit = folder.Audit! with { Split = new SplitControl(false, 4, null) };
        Assert.Contains("stand on more than one side of the split", Sentence(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_learnt_nothing_is_not_praised_for_forgetting()
    {
        var folder = _runs.After(Verdict.Forgotten);
        Assert.DoesNotContain("hardly better", Text(folder), StringComparison.Ordinal);
        folder.Audit = folder.Audit! with { Fidelity = FakeRuns.Around(0.51, 0.02) };
        Assert.Contains(
            "hardly better at “smile” than guessing the commonest answer: right on 51.0\u00a0% of test images, where guessing is right "
                + "on 50.0\u00a0%",
            Text(folder),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_was_to_be_forgotten_but_not_looked_for_is_named()
    {
        _runs.Attributes = ["glasses", "hat"];
        Assert.Contains(
            "“hat” was to be forgotten too, but the audit did not look for it.",
            Text(_runs.After(Verdict.Forgotten)),
            StringComparison.Ordinal
        );
    }
}
