using System.Xml.Linq;
using Efface.Auditing;
using Efface.Baselines;
using Efface.Data;
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
        Assert.Contains("Not passed: a planted trace was missed (read 1.0 percentage points beyond the floor; 5.0 were planted)", Text(folder), StringComparison.Ordinal);
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
        // Half of them is drawn: of training and unseen images, what did better on validation.
        Assert.Equal(attackers.Count / 2, page.Descendants("line").Count(line => (string?)line.Attribute("class") == "interval"));
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
    public void The_threat_model_says_what_the_task_gives_away()
    {
        var text = Text(_runs.After(Verdict.Forgotten));
        Assert.All(["Whoever receives the representation (code, logits)", "Whoever holds the picture, or the extractor", "Side information", "Several releases of one person", "What stays inside the model (embedding)"],
            who => Assert.Contains(who, text, StringComparison.Ordinal));
        var row = Row(Section(_runs.Last, "covers"), "glasses");
        Assert.Equal(["50.0\u00a0%50.0 to 50.0\u00a0%", "55.0\u00a0%53.0 to 57.0\u00a0%", "5.0"], row);
    }

    [Fact]
    public void What_is_no_information_is_not_drawn_as_information()
    {
        var section = Section(_runs.After(Verdict.Certified), "training");
        var charts = section.Descendants().Where(element => element.Name.LocalName == "figure").ToList();
        XElement Chart(string title) => Assert.Single(charts, chart => chart.Value.Contains(title, StringComparison.Ordinal));
        Assert.DoesNotContain("error", Chart("Information, in bits").Value, StringComparison.Ordinal);
        // Columns may be dozens: their mean is drawn.
        Assert.Contains("retained columns, mean loss", Chart("Errors of what is drawn and read").Value, StringComparison.Ordinal);
        Assert.DoesNotContain("hair", Chart("Errors of what is drawn and read").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_on_every_attacker_stand_with_what_they_rest_on()
    {
        var section = Section(_runs.After(Verdict.Certified), "certificates");
        Assert.Equal(["accuracy", "58.8\u00a0%at most 0.235 bits", "56.1\u00a0% + 2.7", "55.0\u00a0%53.0 to 57.0\u00a0%", "5.8", "1.1"], Row(section, "The codefor glasses"));
        Assert.Contains("given that the images of the sample are independent of each other", section.Value, StringComparison.Ordinal);
        Assert.Contains("0.006 on 4,000 training images (0.002 would be counted if it told nothing), 0.021 on 1,000 test images (0.017)", section.Value, StringComparison.Ordinal);
        Assert.Contains("The code that gives most away is number 5: of its 77 test images 71.0\u00a0% (60.0 to 80.0\u00a0%) are “glasses”", section.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_stand_beside_the_bare_decision_and_from_two_sizes_on_are_drawn()
    {
        RunFolder Of(int bits)
        {
            var folder = _runs.After(Verdict.Forgotten);
            folder.Run = folder.Run with { Config = folder.Run.Config with { Bits = bits } };
            return folder;
        }
        var one = Parse(Of(4)).Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == "sizes");
        Assert.Equal("0.0by definition", Row(one, "The bare decision")[1]);
        Assert.Equal("6.3", Row(one, "After unlearning, 4 bits")[2]);
        Assert.Empty(one.Descendants("figure"));

        var two = Parse(Of(6), Of(2)).Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == "sizes");
        Assert.Equal(["The bare decision", "2. After unlearning: unlearn, 2 bits", "1. After unlearning: unlearn, 6 bits"], two.Descendants("tbody").Single().Elements("tr").Select(row => row.Element("th")!.Value));
        Assert.Equal(3, two.Descendants("figure").Count());
        Assert.Contains("Fidelity over bits.", two.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_a_symbol_there_are_no_bounds()
        => Assert.DoesNotContain("no attacker can exceed", Text(_runs.Before()), StringComparison.Ordinal);

    [Fact]
    public void The_map_shows_of_each_attacker_what_did_best_on_validation()
    {
        var folder = _runs.After(Verdict.Leaks);
        var (code, logits) = (folder.Audit!.Representations[1], folder.Audit.Representations[2]);
        string Cell(RepresentationAudit place, string attacker, string sign)
        {
            var leak = place.Attackers.Where(result => result.Name == attacker).MaxBy(result => result.Validation)!.GivenTask;
            return $"{Numbers.Points(leak.Value)}{sign}{Numbers.PointsInterval(leak)}";
        }
        var map = Section(folder, "map");
        Assert.Equal(Cell(code, "lookup", "✕interval above the tolerance"), Row(map, "lookup")[1]);
        Assert.Equal("–not sent here", Row(map, "lookup")[2]);
        Assert.Equal(Cell(logits, "mlp", "✓interval within the tolerance"), Row(map, "mlp")[2]);
        Assert.Equal(["heat-4", "heat-4", "heat-1"], map.Descendants("tr").Last().Elements("td").Select(cell => (string)cell.Attribute("class")!));
    }

    [Fact]
    public void A_group_that_surely_leaks_stands_first_and_in_a_note_beside_a_good_verdict()
    {
        var place = FakeRuns.Place("h", Verdict.Forgotten, 0.55);
        var leaking = new SubgroupResult("age", "old", FakeRuns.Around(0.75, 0.05), FakeRuns.Around(0.2, 0.1));
        var folder = _runs.Run("unlearn", place with { Subgroups = [.. place.Subgroups, leaking] });
        Assert.Contains("not for every group of them: where “age” is “old”, “glasses” is read from h 20.0 percentage points beyond the floor (at least 10.0)", Text(folder), StringComparison.Ordinal);
        var section = Section(folder, "subgroups");
        Assert.Equal("“age” is “old”", section.Descendants("tbody").First().Descendants("th").Single().Value);
        Assert.Equal(place.Subgroups.Count, section.Element("details")!.Descendants("tbody").Single().Elements().Count());
    }

    [Fact]
    public void Where_no_group_leaks_the_note_is_not_there()
    {
        var text = Text(_runs.After(Verdict.Forgotten));
        Assert.DoesNotContain("not for every group", text, StringComparison.Ordinal);
        Assert.Contains("No group surely leaks, of 10 looked at", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_at_a_place_that_stays_inside_gives_no_note()
    {
        var inside = FakeRuns.Place("embedding", Verdict.Leaks, 0.9, released: false);
        Assert.DoesNotContain("not for every group", Text(_runs.Run("unlearn", inside, FakeRuns.Place("h", Verdict.Forgotten, 0.55))), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_place_has_its_confusion()
    {
        var table = Parse(_runs.After(Verdict.Forgotten)).Descendants("table").First(table => (string?)table.Attribute("class") == "confusion");
        Assert.Equal(["558", "442"], Row(table, "none").Select(cell => cell[..3]));
        Assert.Equal("55.8\u00a0%", Row(table, "none")[0][3..]);
    }

    [Fact]
    public void What_was_kept_is_held_against_the_bare_decision()
    {
        var rows = Section(_runs.After(Verdict.Forgotten), "collateral");
        Assert.Equal(["0.9300.918 to 0.942", "0.7100.690 to 0.730", "0.5030.483 to 0.523"], Row(rows, "hat"));
        Assert.Equal(["0.903", "0.710", "0.522"], Row(rows, "Mean"));
    }

    [Fact]
    public void Drawings_have_numbers_beside_them_and_beside_what_was_kept()
    {
        var folder = _runs.After(Verdict.Forgotten);
        folder.Audit = FakeRuns.WithPictures(folder);
        Assert.Equal(["0.5500.547 to 0.553", "0.6100.607 to 0.613"], Row(Section(folder, "pictures"), "Error of the drawings"));
        Assert.Equal("53.0\u00a0%51.0 to 55.0\u00a0%images: 97.0\u00a0%", Row(Section(folder, "pictures"), "Read from the drawings: glasses")[1]);
        Assert.Equal(["0.5500.547 to 0.553", "0.6100.607 to 0.613", "n/a"], Row(Section(folder, "collateral"), "Error of drawings"));
    }

    [Fact]
    public void Where_the_network_still_sees_it_is_shown_with_what_the_probe_reads()
    {
        var folder = _runs.After(Verdict.Forgotten);
        folder.Audit = FakeRuns.WithPictures(folder);
        var section = Section(folder, "gradcam");
        Assert.Equal(10, section.Descendants("img").Count());
        Assert.Contains("at layer3; the probe reads 56.0\u00a0% (54.0 to 58.0\u00a0%). Left as they are: 1 of 10, in which", section.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_and_run_may_name_their_task_alike()
    {
        var folder = _runs.Run("audit", FakeRuns.Place("vectors", Verdict.Forgotten, 0.55));
        var vectors = new VectorOptions { Representations = "h.npy", Labels = "my labels.csv", Task = "smile", Attributes = ["glasses"] };
        folder.Run = folder.Run with { Config = new RunConfig { Data = "vectors", Task = "smile", Vectors = vectors } };
        var code = Parse(folder).Descendants("code").Single().Value;
        Assert.StartsWith("efface audit --representations h.npy --labels 'my labels.csv' --task smile --attribute glasses --tolerance 0.05", code, StringComparison.Ordinal);
        Assert.EndsWith(" --out audit-again", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "Found at each of 1 places")]
    [InlineData(false, "Not found at h for “glasses” (0.2 points read, 5.0 wanted). A trace worth the tolerance that no direction shows by itself, but two together, could go unseen there")]
    public void Whether_a_hidden_trace_would_have_been_seen_is_told(bool passed, string words)
    {
        var place = FakeRuns.Place("h", Verdict.Forgotten, 0.55);
        place = place with { Controls = place.Controls with { Hidden = new Control(passed, FakeRuns.Around(passed ? 0.045 : 0.002, 0.01), 0.05) } };
        Assert.Contains(words, Section(_runs.Run("unlearn", place), "checks").Value, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden trace", Text(_runs.After(Verdict.Forgotten)), StringComparison.Ordinal);
    }

    [Fact]
    public void Independence_that_was_not_checked_is_not_claimed()
    {
        var folder = _runs.After(Verdict.Forgotten);
        Assert.Contains("Not checked: intervals take every image for one of its own", Text(folder), StringComparison.Ordinal);
        folder.Audit = folder.Audit! with { Images = new AuditedImages(5000, 1000, 2000, 150), Split = new SplitControl(false, 3, 0) };
        Assert.Contains("the 2,000 test images are 150 groups", Text(folder), StringComparison.Ordinal);
        Assert.Contains("Not passed: 3 images of validation or test stand in an earlier part too", Text(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void An_audit_of_the_first_version_is_a_report_still()
    {
        var folder = _runs.Run("unlearn", FakeRuns.Place("h", Verdict.Forgotten, 0.55) with { Subgroups = [], Classes = [], Confusion = [] });
        folder.Audit = folder.Audit! with { Images = null, Split = null, Collateral = [] };
        var text = Text(folder);
        Assert.Contains("Not checked: equal images could not be told", text, StringComparison.Ordinal);
        Assert.All(["What was kept", "Groups of images", "truth ↓"], absent => Assert.DoesNotContain(absent, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_task_no_word_is_said_of_one()
    {
        var folder = _runs.Run("audit", FakeRuns.Place("vectors", Verdict.Forgotten, 0.53));
        File.Delete(Path.Combine(folder.Path, "metrics.jsonl"));
        folder.Audit = FakeRuns.Taskless(folder.Audit!.Representations[0]);
        folder.Run = folder.Run with { Config = folder.Run.Config with { Task = null }, Data = folder.Run.Data with { Joint = [] } };
        var text = Text(folder);
        Assert.All(["the task", "Label-only", "label-only", "Fidelity", "AUM", "given the task", "smile”", "model for"], word => Assert.DoesNotContain(word, text.Replace("“smile” is", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains("no attacker we trained could tell “glasses” from the representation noticeably better than guessing already tells", text, StringComparison.Ordinal);
        Assert.Contains("Leak over guessing", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_same_attackers_read_before_is_shown_where_no_run_shows_it()
    {
        var place = FakeRuns.Place("h", Verdict.Forgotten, 0.55);
        var before = new BeforeReading("h", place.Best, FakeRuns.Around(0.948, 0.01), new Leak(FakeRuns.Around(0.398, 0.021), FakeRuns.Around(0.39, 0.02)));
        var folder = _runs.Run("unlearn", place with { Before = before });
        Assert.Contains("Before unlearning the same attackers read 94.8\u00a0% at h (93.8 to 95.8\u00a0%), 39.8 points beyond the floor.", Text(folder), StringComparison.Ordinal);
        Assert.Equal("39.8✕interval above the tolerance37.7 to 41.9", Row(Section(folder, "map"), "Before unlearning").Single());
        Assert.DoesNotContain(Section(_runs.Before(), "map").Descendants("th"), cell => cell.Value.StartsWith("Before unlearningthe", StringComparison.Ordinal));
    }

    [Fact]
    public void The_commands_that_repeat_it_can_be_pasted_into_a_shell()
    {
        _runs.Attributes = ["it's; rm -rf"];
        var code = Parse(_runs.Run("unlearn", FakeRuns.Place("h", Verdict.Forgotten, 0.55) with { Attribute = _runs.Attributes[0] })).Descendants("code").Single().Value;
        Assert.StartsWith("efface unlearn --config unlearn/run.json --out unlearn-again\nefface audit --run unlearn-again --attribute 'it'\\''s; rm -rf' --tolerance 0.05 --confidence 0.95 --budget quick --seeds 2 --attackers ", code, StringComparison.Ordinal);
    }

    private static XElement Section(RunFolder folder, string name) => Parse(folder).Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == name);

    // The cells of the row whose head begins with a name.
    private static string[] Row(XElement within, string name)
        => [.. within.Descendants("tr").First(row => row.Elements("th").Any(head => (string?)head.Attribute("scope") == "row" && head.Value.StartsWith(name, StringComparison.Ordinal))).Elements("td").Select(cell => cell.Value.Trim())];

    private static string Sentence(RunFolder folder) => Sentences.Verdict(ReportRun.Of([folder])[0]);

    private static string Render(params RunFolder[] runs) => HtmlReport.Render(runs, new DateTimeOffset(2026, 1, 31, 14, 5, 0, TimeSpan.Zero));

    private static XDocument Parse(params RunFolder[] runs) => XDocument.Parse(Render(runs));

    private static string Text(params RunFolder[] runs) => Parse(runs).Root!.Element("body")!.Value;
}
