using Efface.Records;
using Efface.Runs;
using Efface.Tests.Reporting;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class ResumptionTests : IDisposable
{
    private static readonly RunConfig Config = Configs.Of(
        "--task smile --forget glasses --recipe paper --schedule pipelined --blocks layer1,layer3 --split layer3 --epochs 4 "
            + "--learning-rate 0.1"
    );

    private readonly FakeRuns _runs = new();

    public static TheoryData<string> Properties => [.. Settings.Of<RunConfig>().Select(setting => setting.Property)];

    public void Dispose() => _runs.Dispose();

    [Theory]
    [MemberData(nameof(Properties))]
    public void Whatever_decides_the_weights_must_be_as_it_was(string property)
    {
        var setting = Settings.Of<RunConfig>().Single(setting => setting.Property == property);
        var asked = Others.Than(Config, setting);
        var began = Began(Config);
        foreach (
            var check in new Action[]
            {
                () => Resumption.Check(began, began with { Config = asked }, "run"),
                () => Resumption.CheckSettings(began, began.Command, asked, "run"),
            }
        )
        {
            if (setting.IsHarmless)
                check();
            else
                Assert.Equal($"`{property}` {Setting.Text(setting.In(asked))}", Assert.Single(Refused(check)).Subject);
        }
    }

    [Theory]
    [InlineData("ReadingOptions.Cache", true)]
    [InlineData("DataOptions.Root", true)]
    [InlineData("TrainingSettings.CheckpointSeconds", true)]
    [InlineData("DataOptions.Limit", false)]
    [InlineData("TrainingSettings.Threads", false)]
    [InlineData("AttentionRemovalSettings.Fraction", false)]
    public void Where_things_are_and_how_often_they_are_saved_changes_no_weight(string property, bool isHarmless) =>
        Assert.Equal(isHarmless, Settings.Of<RunConfig>().Single(setting => setting.Property == property).IsHarmless);

    [Fact]
    public void A_difference_says_what_the_run_began_with_and_what_to_do()
    {
        var problem = Assert.Single(Refused(() => Resumption.CheckSettings(Began(Config), "unlearn", Config.With("--epochs 9"), "run")));

        Assert.Equal(("--epochs 9", "the run in run began with 4"), (problem.Subject.InFlags(), problem.Fault));
        Assert.Contains("Leave it out", problem.Remedy.InFlags(), StringComparison.Ordinal);
        Assert.Contains(
            "began with nothing",
            Assert.Single(Refused(() => Resumption.CheckSettings(Began(Config), "unlearn", Config.With("--bits 3"), "run"))).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_was_left_open_is_what_the_run_began_with()
    {
        var open = Config with
        {
            Data = Config.Data with { Task = null },
            Recipe = Config.Recipe with { Forget = [] },
            Model = Config.Model with { Split = null },
            Training = Config.Training with { Epochs = null, LearningRate = null },
        };
        Resumption.CheckSettings(Began(Config), "unlearn", open, "run");

        // Once everything is filled in, nothing may be missing.
        Assert.Equal(5, Refused(() => Resumption.Check(Began(Config), Began(Config) with { Config = open }, "run")).Count);
    }

    [Fact]
    public void Every_difference_is_told_at_once()
    {
        var began = Began(Config);
        Assert.Equal(
            ["`path` run", "--epochs 9", "--seed 5"],
            Refused(() => Resumption.CheckSettings(began, "train", Config.With("--epochs 9 --seed 5"), "run"))
                .Select(problem => problem.Subject.InFlags())
        );
        var other = began with { Config = Config.With("--epochs 9"), Data = began.Data with { Fingerprint = new string('0', 64) } };
        var problems = Refused(() => Resumption.Check(began, other, "run"));
        Assert.Equal(["`path` run", "--epochs 9"], problems.Select(problem => problem.Subject.InFlags()));
        Assert.Contains("other data", problems[0].Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3", "layer1,layer3")]
    [InlineData("2", "2")]
    [InlineData("4", "4")]
    [InlineData("layer1,layer2", "layer1,layer2")]
    [InlineData("layer1,layer3", "layer1,layer3")]
    [InlineData(null, null)]
    public void A_number_of_blocks_means_the_stages_that_were_measured_when_the_run_began(string? asked, string? meant) =>
        Assert.Equal(meant, Resumption.WithBlocksOf(WithBlocks(asked), Config).Training.Blocks);

    [Fact]
    public void Where_nothing_was_cut_a_number_of_blocks_is_another_configuration() =>
        Assert.Equal("2", Resumption.WithBlocksOf(WithBlocks("2"), WithBlocks(null)).Training.Blocks);

    private static RunConfig WithBlocks(string? blocks) => Config with { Training = Config.Training with { Blocks = blocks } };

    private RunRecord Began(RunConfig config)
    {
        var run = _runs.Before().Run;
        return run with { Command = "unlearn", Config = config, Data = run.Data with { Fingerprint = new string('a', 64) } };
    }

    private static IReadOnlyList<Problem> Refused(Action check) => Assert.Throws<InvalidInputException>(check).Problems;
}
