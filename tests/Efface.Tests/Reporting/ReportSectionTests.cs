using System.Xml.Linq;
using Efface.Auditing;
using Efface.Records;
using Efface.Reporting.Page;
using Xunit;
using static Efface.Tests.Reporting.Rendered;

namespace Efface.Tests.Reporting;

public sealed class ReportSectionTests : IDisposable
{
    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void The_threat_model_says_what_the_task_gives_away()
    {
        var text = Text(_runs.After(Verdict.Forgotten));
        Assert.All(
            [
                "Whoever receives the representation (code, logits)",
                "Whoever holds the picture, or the extractor",
                "Side information",
                "Several releases of one person",
                "What stays inside the model (embedding)",
            ],
            who => Assert.Contains(who, text, StringComparison.Ordinal)
        );
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
        Assert.Equal(
            [
                "accuracy",
                "58.8\u00a0%at most 0.235 bits",
                "56.1\u00a0% + 2.7raised for chance",
                "55.0\u00a0%53.0 to 57.0\u00a0%",
                "5.8",
                "1.1",
            ],
            Row(section, "The codefor glasses")
        );
        Assert.Contains("given that the images of the sample are independent of each other", section.Value, StringComparison.Ordinal);
        Assert.Contains(
            "0.006 on 4,000 training images (0.002 would be counted if it told nothing), 0.021 on 1,000 test images (0.017)",
            section.Value,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "The code that gives most away is number 5: of its 77 test images 71.0\u00a0% (60.0 to 80.0\u00a0%) are “glasses”",
            section.Value,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Codes_stand_beside_the_bare_decision_and_from_two_sizes_on_are_drawn()
    {
        RunFolder Of(int bits)
        {
            var folder = _runs.After(Verdict.Forgotten);
            folder.Run = folder.Run with { Config = folder.Run.Config.With($"--bits {bits}") };
            return folder;
        }
        var one = Parse(Of(4)).Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == "sizes");
        Assert.Equal("0.0by definition", Row(one, "The bare decision")[1]);
        Assert.Equal("6.3", Row(one, "After unlearning, 4 bits")[2]);
        Assert.Empty(one.Descendants("figure"));

        var two = Parse(Of(6), Of(2)).Descendants("section").Single(section => (string?)section.Attribute("aria-labelledby") == "sizes");
        Assert.Equal(
            ["The bare decision", "2. After unlearning: unlearn, 2 bits", "1. After unlearning: unlearn, 6 bits"],
            two.Descendants("tbody").Single().Elements("tr").Select(row => row.Element("th")!.Value)
        );
        Assert.Equal(3, two.Descendants("figure").Count());
        Assert.Contains("Fidelity over bits.", two.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_a_symbol_there_are_no_bounds() =>
        Assert.DoesNotContain("no attacker can exceed", Text(_runs.Before()), StringComparison.Ordinal);

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
        Assert.Equal(
            ["heat-4", "heat-4", "heat-1"],
            map.Descendants("tr").Last().Elements("td").Select(cell => (string)cell.Attribute("class")!)
        );
    }

    [Fact]
    public void A_group_that_surely_leaks_stands_first_and_in_a_note_beside_a_good_verdict()
    {
        var place = FakeRuns.Place("h", Verdict.Forgotten, 0.55);
        var leaking = new SubgroupResult("age", "old", FakeRuns.Around(0.75, 0.05), FakeRuns.Around(0.2, 0.1));
        var folder = _runs.Run("unlearn", place with { Subgroups = [.. place.Subgroups, leaking] });
        Assert.Contains(
            "not for every group of them: where “age” is “old”, “glasses” is read from h 20.0 percentage points beyond the floor (at "
                + "least 10.0)",
            Text(folder),
            StringComparison.Ordinal
        );
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
        Assert.DoesNotContain(
            "not for every group",
            Text(_runs.Run("unlearn", inside, FakeRuns.Place("h", Verdict.Forgotten, 0.55))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Each_place_has_its_confusion()
    {
        var table = Parse(_runs.After(Verdict.Forgotten))
            .Descendants("table")
            .First(table => (string?)table.Attribute("class") == "confusion");
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
        Assert.Equal(
            "53.0\u00a0%51.0 to 55.0\u00a0%images: 97.0\u00a0%",
            Row(Section(folder, "pictures"), "Read from the drawings: glasses")[1]
        );
        Assert.Equal(["0.5500.547 to 0.553", "0.6100.607 to 0.613", "n/a"], Row(Section(folder, "collateral"), "Error of drawings"));
    }

    [Fact]
    public void Where_the_network_still_sees_it_is_shown_with_what_the_probe_reads()
    {
        var folder = _runs.After(Verdict.Forgotten);
        folder.Audit = FakeRuns.WithPictures(folder);
        var section = Section(folder, "gradcam");
        Assert.Equal(10, section.Descendants("img").Count());
        Assert.Contains(
            "at layer3; the probe reads 56.0\u00a0% (54.0 to 58.0\u00a0%). Left as they are: 1 of 10, in which",
            section.Value,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(true, "Found at each of 1 places")]
    [InlineData(
        false,
        "Not found at h for “glasses” (0.2 points read, 5.0 wanted). A trace worth the tolerance that no direction shows by itself, but "
            + "two together, could go unseen there"
    )]
    public void Whether_a_hidden_trace_would_have_been_seen_is_told(bool passed, string words)
    {
        var place = FakeRuns.Place("h", Verdict.Forgotten, 0.55);
        place = place with
        {
            Controls = place.Controls! with { Hidden = new Control(passed, FakeRuns.Around(passed ? 0.045 : 0.002, 0.01), 0.05) },
        };
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
    public void What_the_same_attackers_read_before_is_shown_where_no_run_shows_it()
    {
        var place = FakeRuns.Place("h", Verdict.Forgotten, 0.55);
        var before = new BeforeReading(
            "h",
            place.Best,
            FakeRuns.Around(0.948, 0.01),
            new Leak(FakeRuns.Around(0.398, 0.021), FakeRuns.Around(0.39, 0.02))
        );
        var folder = _runs.Run("unlearn", place with { Before = before });
        Assert.Contains(
            "Before unlearning the same attackers read 94.8\u00a0% at h (93.8 to 95.8\u00a0%), 39.8 points beyond the floor.",
            Text(folder),
            StringComparison.Ordinal
        );
        Assert.Equal("39.8✕interval above the tolerance37.7 to 41.9", Row(Section(folder, "map"), "Before unlearning").Single());
        Assert.DoesNotContain(Section(_runs.Before(), "map").Descendants("th"), cell =>
            cell.Value.StartsWith("Before unlearningthe", StringComparison.Ordinal)
        );
    }
}
