using System.Xml.Linq;
using Efface.Auditing;
using Efface.Baselines;
using Efface.Reporting;
using Efface.Reporting.Page;
using Xunit;

namespace Efface.Tests.Reporting;

public sealed class HtmlReportTests : IDisposable
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
        var sentence = Sentence(_runs.Run("unlearn", FakeRuns.Place("h", Verdict.Leaks, 0.8), FakeRuns.Place("h", Verdict.Forgotten, 0.55) with { Attribute = "beard" }));
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
    public void A_leak_without_unlearning_does_not_still_leak()
        => Assert.StartsWith("The model gives “glasses” away", Sentence(_runs.Before()), StringComparison.Ordinal);

    [Fact]
    public void An_audit_that_failed_its_own_checks_shows_nothing_and_says_so()
    {
        var place = FakeRuns.Place("h", Verdict.Inconclusive, 0.55);
        var missed = place with { Controls = place.Controls with { Planted = new Control(false, FakeRuns.Around(0.01, 0.02), 0.05) } };
        var folder = _runs.Run("unlearn", missed);
        Assert.Contains("did not pass its own checks", Sentence(folder), StringComparison.Ordinal);
        Assert.Contains("Not passed: a planted trace was missed (read 1.0 percentage points beyond the task; 5.0 were planted)", Text(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_learnt_nothing_is_not_praised_for_forgetting()
    {
        var folder = _runs.After(Verdict.Forgotten);
        Assert.DoesNotContain("hardly better", Text(folder), StringComparison.Ordinal);
        folder.Audit = folder.Audit! with { Fidelity = FakeRuns.Around(0.51, 0.02) };
        Assert.Contains("hardly better at “smile” than guessing the commonest answer: right on 51.0\u00a0% of test images, where guessing is right on 50.0\u00a0%", Text(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_to_be_forgotten_but_not_looked_for_is_named()
    {
        _runs.Attributes = ["glasses", "hat"];
        Assert.Contains("“hat” was to be forgotten too, but the audit did not look for it.", Text(_runs.After(Verdict.Forgotten)), StringComparison.Ordinal);
    }

    [Fact]
    public void One_run_alone_is_a_report()
    {
        var text = Text(_runs.After(Verdict.Forgotten));
        Assert.Contains("After unlearning", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Before unlearning", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_an_audit_says_so()
    {
        var text = Text(_runs.Run("train"));
        Assert.Contains("the model has not been audited: nothing is known about what it gives away", text, StringComparison.Ordinal);
        Assert.Contains("95.7\u00a0%on validation images", text, StringComparison.Ordinal);
        Assert.Contains("No run in this report has been audited.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_runs_of_one_kind_have_names_of_their_own()
    {
        var text = Text(_runs.Before(), _runs.After(Verdict.Leaks), _runs.After(Verdict.Forgotten));
        Assert.All(["1. Before unlearning", "2. After unlearning", "3. After unlearning"], label => Assert.Contains(label, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_attacker_stands_in_a_table()
    {
        var page = Parse(_runs.After(Verdict.Forgotten));
        var rows = page.Descendants("details").Descendants("tr").Select(row => string.Join('|', row.Elements().Take(3).Select(cell => cell.Value.Replace(" (counts)", "", StringComparison.Ordinal)))).ToList();
        var attackers = _runs.Last.Audit!.Representations.SelectMany(place => place.Attackers).ToList();
        Assert.Equal(20, attackers.Count);
        Assert.All(attackers, attacker => Assert.Contains($"{attacker.Name}|{attacker.Knows}|{attacker.FittedOn}", rows));
        Assert.Equal(attackers.Count, page.Descendants("line").Count(line => (string?)line.Attribute("class") == "interval"));
    }

    [Fact]
    public void What_stays_inside_the_model_stands_below_what_it_releases()
    {
        var text = Text(_runs.Before(), _runs.After(Verdict.Forgotten));
        Assert.True(text.IndexOf("internal, not released", StringComparison.Ordinal) > text.IndexOf("Inside the model", StringComparison.Ordinal));
    }

    [Fact]
    public void A_number_that_does_not_exist_is_not_invented()
    {
        var place = FakeRuns.Place("h", Verdict.Inconclusive, double.NaN);
        var html = Render(_runs.Run("unlearn", place with { Floors = place.Floors with { LabelOnly = new Floor(FakeRuns.Around(double.NaN, 0), FakeRuns.Around(double.NaN, 0)) } }));
        Assert.Contains("n/a", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_pictures_there_is_no_section_for_them()
        => Assert.DoesNotContain("drawn again", Text(_runs.Run("train", pictures: false)), StringComparison.Ordinal);

    [Fact]
    public void What_was_removed_before_training_is_told_and_shown()
    {
        var folder = _runs.Run("train", pictures: false);
        Assert.DoesNotContain("What was removed", Text(folder), StringComparison.Ordinal);
        folder.Run = folder.Run with
        {
            Config = folder.Run.Config with { AttentionRemoval = new AttentionRemovalSettings { Attributes = ["glasses"], Fraction = 0.25, Fill = Fill.Noise } },
            AttentionRemoval = new AttentionRemovalResult("00", 8000, 12, [new ReadAfterRemoval("glasses", FakeRuns.Around(0.934, 0.01), FakeRuns.Around(0.521, 0.02))]),
        };
        foreach (var name in new[] { "attended", "attention", "removed" }) folder.WritePicture($"{name}-0.png", [1]);
        var text = Text(folder);
        Assert.All(["With areas removed", "At most 25\u00a0% of each image's pixels were replaced by noise", "told most of “glasses”", "In 12 of 8,000 images", "93.4\u00a0%", "52.1\u00a0%"],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Equal(3, Parse(folder).Descendants("img").Count());
    }

    [Fact]
    public void Runs_on_the_same_images_share_one_row_of_originals()
        => Assert.Equal(30, Parse(_runs.Before(), _runs.After(Verdict.Forgotten)).Descendants("img").Count());

    [Theory]
    [InlineData(-0.0004, "0.0\u00a0%")]
    [InlineData(-0.1234, "\u221212.3\u00a0%")]
    [InlineData(1, "100.0\u00a0%")]
    [InlineData(double.NaN, "n/a")]
    public void Percentages_have_one_decimal(double share, string printed) => Assert.Equal(printed, Numbers.Percent(share));

    [Fact]
    public void No_name_in_the_data_can_break_the_page()
    {
        const string Hostile = "<script>alert('&\"')</script>";
        (_runs.Task, _runs.Attributes, _runs.DataSet) = (Hostile, [Hostile], Hostile);
        var page = Parse(_runs.Run("train", FakeRuns.Place(Hostile, Verdict.Leaks, 0.9) with { Attribute = Hostile, Reasons = [Hostile] }));
        Assert.Empty(page.Descendants("script"));
        Assert.Contains(Hostile, page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_well_formed_and_needs_nothing_from_elsewhere()
    {
        var page = Parse(_runs.Before(), _runs.After(Verdict.Forgotten));
        var attributes = page.Descendants().Attributes().ToList();
        IEnumerable<string> Values(string name) => attributes.Where(attribute => attribute.Name == name).Select(attribute => attribute.Value);

        Assert.Equal("en", (string?)page.Root!.Attribute("lang"));
        Assert.NotEmpty(page.Descendants("title").Single().Value);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "iframe" or "object");
        Assert.Empty(Values("href"));
        Assert.All(Values("src"), source => Assert.StartsWith("data:image/png;base64,", source, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.Equal(Values("id").Distinct(), Values("id"));
        Assert.All(page.Descendants("img"), image => Assert.NotEmpty((string)image.Attribute("alt")!));
        Assert.All(page.Descendants().Where(element => (string?)element.Attribute("role") == "img"), picture => Assert.NotEmpty((string)picture.Attribute("aria-label")!));
    }

    [Fact]
    public async Task A_browser_shows_it_without_overflow_on_narrow_and_wide_screens()
    {
        var browser = Chromium.Find();
        if (browser is null && Environment.GetEnvironmentVariable("CI") is not null) Assert.Fail("CI needs chromium on the PATH for this test");
        Assert.SkipWhen(browser is null, "no chromium on the PATH");

        var seen = await Chromium.Open(browser!, Render(_runs.Before(), _runs.After(Verdict.Forgotten)), [400, 1200], TestContext.Current.CancellationToken);
        Assert.Equal(2, seen.Count);
        Assert.All(seen, frame =>
        {
            Assert.Equal("0", (string?)frame.Attribute("data-overflow"));
            Assert.Contains("no attacker we trained could tell “glasses”", frame.Value, StringComparison.Ordinal);
            Assert.Contains("Inside the model", frame.Value, StringComparison.Ordinal);
        });
    }

    private static string Sentence(RunFolder folder) => Sentences.Verdict(ReportRun.Of([folder])[0]);

    private static string Render(params RunFolder[] runs) => HtmlReport.Render(runs, new DateTimeOffset(2026, 1, 31, 14, 5, 0, TimeSpan.Zero));

    private static XDocument Parse(params RunFolder[] runs) => XDocument.Parse(Render(runs));

    private static string Text(params RunFolder[] runs) => Parse(runs).Root!.Element("body")!.Value;
}
