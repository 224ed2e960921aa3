using System.Globalization;
using System.Xml.Linq;
using Efface.Auditing;
using Efface.Records;
using Efface.Reporting.Page;
using Efface.Runs;
using Efface.Runs.Experiments;
using Efface.Runs.Reproductions;
using Efface.Tests.Models;
using Xunit;

namespace Efface.Tests.Runs;

/// <summary>One small run in the place of every cell: what is made of it is the same for all.</summary>
public sealed class OneRunForAll : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("efface-reproduction-");

    public OneRunForAll()
    {
        var path = Path.Combine(_folder.FullName, "run");
        var config = Configs.Of(
            "--data faces --task smile --forget glasses --limit 100 --epochs 1 --batch 64 --width 0.125 "
                + "--stem fast --size 32 --threads 1 --recipe attention-removal"
        );
        TrainingRun.Unlearn(config, path);
        AuditRun.Run(path, ["glasses", "skin"], new AuditSettings { Attackers = ["linear"] });
        Run = RunFolder.Open(path);
    }

    internal RunFolder Run { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}

[Collection(SharedTorch.Name)]
public sealed class ReproductionTests(OneRunForAll fixture) : IClassFixture<OneRunForAll>
{
    public static TheoryData<string> Names => [.. Reproduction.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_table_and_figure_is_made_of_finished_runs_with_whole_pictures_and_says_its_scale(string name)
    {
        var made = Make(name, new ExperimentScale());

        Assert.NotEmpty(made.Rows);
        Assert.All(made.Rows, row => Assert.Equal(made.Head.Count, row.Count));
        Assert.All(made.Rows, row => Assert.DoesNotContain(row, cell => cell.Contains("NaN", StringComparison.Ordinal)));
        Assert.All(
            [
                "faces 100 training and ",
                "1 seed;",
                "epochs: 1;",
                "fast stem, 0.125 of the usual width, 32 px, batches of 64;",
                "attackers linear",
            ],
            scale => Assert.Contains(scale, made.Caption, StringComparison.Ordinal)
        );
        Assert.All(made.Pictures, picture =>
        {
            var drawn = XDocument.Parse(picture.Value).Root!;
            Assert.Equal("img", (string?)drawn.Attribute("role"));
            Assert.Equal(
                (string?)drawn.Attribute("viewBox"),
                $"0 0 {(string?)drawn.Attribute("width")} {(string?)drawn.Attribute("height")}"
            );
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_needs_every_run_once_and_after_those_that_it_starts_from(string name)
    {
        var cells = Reproduction.Named(name).Cells(Settings(new ExperimentScale { Seeds = 2 }));

        Assert.Equal(cells.Count, cells.Select(cell => cell.Name).Distinct().Count());
        Assert.All(cells.Index(), entry =>
            Assert.All(entry.Item.After, before => Assert.Contains(before, cells.Take(entry.Index).Select(cell => cell.Name)))
        );
    }

    [Fact]
    public void Table_1_has_a_row_for_each_method_and_network()
    {
        var made = Make("table1", new ExperimentScale { Models = ["resnet18", "resnet50"], Seeds = 2 });

        // The run in the place of all is cut at its embedding.
        Assert.Equal(
            ["before", "before, at embedding", "paper", "strict", "prediction-only", "attention-removal"],
            made.Rows.Take(6).Select(row => row[3])
        );
        Assert.Equal(12, made.Rows.Count);
        Assert.All(made.Rows, row => Assert.Contains(row[4], new[] { "embedding", "logits" }));
        Assert.All(
            ["2 seeds", "100 training", "epochs: 1;", "fast stem, 0.125 of the usual width, 32 px, batches of 64;", "attackers linear"],
            scale => Assert.Contains(scale, made.Caption, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("table1"), InlineData("table3"), InlineData("figure4"), InlineData("figure5"), InlineData("figure6")]
    public void What_releases_a_map_stands_beside_the_model_before_cut_at_the_same_place(string name)
    {
        var cells = Reproduction.Named(name).Cells(Settings(new ExperimentScale { Attackers = ["linear"] }));

        var maps = cells.Where(cell => cell is { Forgets: true, Config.Recipe.Name: "paper" }).ToList();
        Assert.NotEmpty(maps);
        Assert.All(maps, cell => Assert.Equal("paper", cells.Single(other => other.Name == cell.Before).CutAs!.Recipe.Name));
        Assert.All(cells.Where(cell => cell.Config.Recipe.Name != "paper"), cell => Assert.Null(cell.Before));
        // The paper's own decoder is among those who read maps, whoever else is sent.
        Assert.All(cells, cell => Assert.Contains("resnet18", cell.Audit.Attackers));
    }

    [Fact]
    public void Table_3_has_rows_for_each_attribute_and_for_those_of_a_set_together_each_and_at_once()
    {
        var rows = Make("table3", new ExperimentScale { Recipes = ["strict"] }).Rows.Where(row => row[3] == "strict").ToList();

        Assert.Equal(5, rows.Count);
        // Who knows nothing: of two kinds of eyes half, of three skins a third, of both together a sixth.
        Assert.Equal(
            [.5, .33, .5, .33, .17],
            rows.Select(row => double.Parse(row[7].Split(',')[0], CultureInfo.InvariantCulture)),
            (wanted, majority) => Math.Abs(wanted - majority) < .1
        );
    }

    [Fact]
    public void Figure_3_shows_image_attention_and_what_is_left()
    {
        var sheet = XDocument.Parse(Make("figure3", new ExperimentScale()).Pictures["figure3.svg"]);

        Assert.Equal(
            [
                "Attention, and what is left",
                "glasses: image",
                "glasses: attention",
                "glasses: removed",
                "skin: image",
                "skin: attention",
                "skin: removed",
            ],
            Texts(sheet)
        );
        Assert.InRange(sheet.Descendants().Count(element => element.Name.LocalName == "image"), 6, 60);
    }

    [Fact]
    public void Figure_6_has_a_field_for_each_lambda_of_both_maps()
    {
        var made = Make("figure6", new ExperimentScale());

        Assert.Equal(["before", "before, at embedding"], made.Rows.Take(2).Select(row => row[3]));
        Assert.Equal(2 + 32, made.Rows.Count);
        Assert.Equal(
            ["figure6-faces-aum-2.5.svg", "figure6-faces-aum-5.svg", "figure6-faces-leak-2.5.svg", "figure6-faces-leak-5.svg"],
            made.Pictures.Keys.Order(StringComparer.Ordinal)
        );
        // The paper's grid on both axes, and a number in each field.
        Assert.All(made.Pictures.Values, picture => Assert.Equal(3 + 4 + 4 + 16, Texts(XDocument.Parse(picture)).Count));
    }

    [Fact]
    public void Models_that_say_the_same_have_no_distance()
    {
        var made = Make("definition", new ExperimentScale());

        Assert.Equal(5, made.Rows.Count);
        Assert.All(made.Rows, row => Assert.Equal(Enumerable.Repeat(Numbers.Plain(0), 5), row.TakeLast(5)));
    }

    private Reproduced Make(string name, ExperimentScale scale)
    {
        var (what, settings) = (Reproduction.Named(name), Settings(scale));
        return what.Make(settings, what.Cells(settings).ToDictionary(cell => cell.Name, _ => fixture.Run));
    }

    private static ReproductionSettings Settings(ExperimentScale scale) => new([("faces", null)], scale);

    private static List<string> Texts(XDocument picture) =>
        [.. picture.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
}
