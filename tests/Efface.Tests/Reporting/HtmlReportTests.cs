using System.Xml.Linq;
using Efface.Auditing;
using Efface.Baselines;
using Efface.Data.Vectors;
using Efface.Reporting.Page;
using Xunit;
using static Efface.Tests.Reporting.Rendered;

namespace Efface.Tests.Reporting;

public sealed class HtmlReportTests : IDisposable
{
    private readonly FakeRuns _runs = new();

    public void Dispose() => _runs.Dispose();

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
        Assert.All(["1. Before unlearning", "2. After unlearning", "3. After unlearning"], label =>
            Assert.Contains(label, text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Every_attacker_stands_in_a_table()
    {
        var page = Parse(_runs.After(Verdict.Forgotten));
        var rows = page.Descendants("details")
            .Descendants("tr")
            .Select(row =>
                string.Join('|', row.Elements().Take(3).Select(cell => cell.Value.Replace(" (counts)", "", StringComparison.Ordinal)))
            )
            .ToList();
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
        Assert.True(
            text.IndexOf("internal, not released", StringComparison.Ordinal) > text.IndexOf("Inside the model", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_number_that_does_not_exist_is_not_invented()
    {
        var place = FakeRuns.Place("h", Verdict.Inconclusive, double.NaN);
        var html = Render(
            _runs.Run(
                "unlearn",
                place with
                {
                    Floors = place.Floors with { LabelOnly = new Floor(FakeRuns.Around(double.NaN, 0), FakeRuns.Around(double.NaN, 0)) },
                }
            )
        );
        Assert.Contains("n/a", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_pictures_there_is_no_section_for_them() =>
        Assert.DoesNotContain("drawn again", Text(_runs.Run("train", pictures: false)), StringComparison.Ordinal);

    [Fact]
    public void What_was_removed_before_training_is_told_and_shown()
    {
        var folder = _runs.Run("train", pictures: false);
        Assert.DoesNotContain("What was removed", Text(folder), StringComparison.Ordinal);
        folder.Run = folder.Run with
        {
            Config = folder.Run.Config with
            {
                AttentionRemoval = new AttentionRemovalSettings
                {
                    Attributes = ["glasses"],
                    Fraction = 0.25,
                    Fill = Fill.Noise,
                },
            },
            AttentionRemoval = new AttentionRemovalResult(
                "00",
                8000,
                12,
                [new ReadAfterRemoval("glasses", FakeRuns.Around(0.934, 0.01), FakeRuns.Around(0.521, 0.02))]
            ),
        };
        foreach (var name in new[] { "attended", "attention", "removed" })
            folder.WritePicture($"{name}-0.png", [1]);
        var text = Text(folder);
        Assert.All(
            [
                "With areas removed",
                "At most 25\u00a0% of each image's pixels were replaced by noise",
                "told most of “glasses”",
                "In 12 of 8,000 images",
                "93.4\u00a0%",
                "52.1\u00a0%",
            ],
            part => Assert.Contains(part, text, StringComparison.Ordinal)
        );
        Assert.Equal(3, Parse(folder).Descendants("img").Count());
    }

    [Fact]
    public void Runs_on_the_same_images_share_one_row_of_originals() =>
        Assert.Equal(30, Parse(_runs.Before(), _runs.After(Verdict.Forgotten)).Descendants("img").Count());

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
        IEnumerable<string> Values(string name) =>
            attributes.Where(attribute => attribute.Name == name).Select(attribute => attribute.Value);

        Assert.Equal("en", (string?)page.Root!.Attribute("lang"));
        Assert.NotEmpty(page.Root.Element("head")!.Element("title")!.Value);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "iframe" or "object");
        Assert.Empty(Values("href"));
        Assert.All(Values("src"), source => Assert.StartsWith("data:image/png;base64,", source, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.Equal(Values("id").Distinct(), Values("id"));
        Assert.All(page.Descendants("img"), image => Assert.NotEmpty((string)image.Attribute("alt")!));
        Assert.All(page.Descendants().Where(element => (string?)element.Attribute("role") == "img"), picture =>
            Assert.NotEmpty((string)picture.Attribute("aria-label")!)
        );
    }

    [Fact]
    public void Vectors_and_run_may_name_their_task_alike()
    {
        var folder = _runs.Run("audit", FakeRuns.Place("vectors", Verdict.Forgotten, 0.55));
        var vectors = new VectorOptions
        {
            Representations = "h.npy",
            Labels = "my labels.csv",
            Task = "smile",
            Attributes = ["glasses"],
        };
        folder.Run = folder.Run with { Config = Configs.Of("--data vectors --task smile") with { Vectors = vectors } };
        var code = Parse(folder).Descendants("code").Single().Value;
        Assert.StartsWith(
            "efface audit --representations h.npy --labels 'my labels.csv' --task smile --split-seed 0 --attribute glasses --tolerance",
            code,
            StringComparison.Ordinal
        );
        Assert.EndsWith(" --out audit-again", code, StringComparison.Ordinal);
    }

    [Fact]
    public void An_audit_of_the_first_version_is_a_report_still()
    {
        var folder = _runs.Run(
            "unlearn",
            FakeRuns.Place("h", Verdict.Forgotten, 0.55) with
            {
                Subgroups = [],
                Classes = [],
                Confusion = [],
            }
        );
        folder.Audit = folder.Audit! with { Images = null, Split = null, Collateral = [] };
        var text = Text(folder);
        Assert.Contains("Not checked: equal images could not be told", text, StringComparison.Ordinal);
        Assert.All(["What was kept", "Groups of images", "truth ↓"], absent =>
            Assert.DoesNotContain(absent, text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Without_a_task_no_word_is_said_of_one()
    {
        var folder = _runs.Run("audit", FakeRuns.Place("vectors", Verdict.Forgotten, 0.53));
        File.Delete(Path.Combine(folder.Path, "metrics.jsonl"));
        folder.Audit = FakeRuns.Taskless(folder.Audit!.Representations[0]);
        folder.Run = folder.Run with
        {
            Config = folder.Run.Config with { Data = folder.Run.Config.Data with { Task = null } },
            Data = folder.Run.Data with { Joint = [] },
        };
        var text = Text(folder);
        Assert.All(["the task", "Label-only", "label-only", "Fidelity", "AUM", "given the task", "smile”", "model for"], word =>
            Assert.DoesNotContain(word, text.Replace("“smile” is", "", StringComparison.Ordinal), StringComparison.Ordinal)
        );
        Assert.Contains(
            "no attacker we trained could tell “glasses” from the representation noticeably better than guessing already tells",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("Leak over guessing", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_commands_that_repeat_it_can_be_pasted_into_a_shell()
    {
        _runs.Attributes = ["it's; rm -rf"];
        var code = Parse(_runs.Run("unlearn", FakeRuns.Place("h", Verdict.Forgotten, 0.55) with { Attribute = _runs.Attributes[0] }))
            .Descendants("code")
            .Single()
            .Value;
        Assert.StartsWith(
            "efface unlearn --config unlearn/run.json --out unlearn-again\nefface audit --run unlearn-again --attribute 'it'\\''s; rm "
                + "-rf' --tolerance 0.05 --worst-tolerance 0.25 --confidence 0.95 --budget quick --attackers ",
            code,
            StringComparison.Ordinal
        );
    }
}
