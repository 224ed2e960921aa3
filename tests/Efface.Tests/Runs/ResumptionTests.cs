using Efface.Baselines;
using Efface.Data;
using Efface.Reporting;
using Efface.Runs;
using Efface.Tests.Reporting;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class ResumptionTests : IDisposable
{
    private static readonly RunConfig Config = new()
    {
        Task = "smile",
        Forget = ["glasses"],
        Recipe = "paper",
        Schedule = "pipelined",
        Blocks = "layer1,layer3",
        Split = "layer3",
        Epochs = 4,
        LearningRate = 0.1,
    };

    // Every property of a configuration with another value, and what the difference is told of; null where it changes no weight.
    private static readonly Dictionary<string, (RunConfig Asked, string? Told)> Changes = new()
    {
        [nameof(RunConfig.Data)] = (Config with { Data = "cifar10" }, "--data cifar10"),
        [nameof(RunConfig.Root)] = (Config with { Root = "/elsewhere" }, null),
        [nameof(RunConfig.Task)] = (Config with { Task = "hat" }, "--task hat"),
        [nameof(RunConfig.Forget)] = (Config with { Forget = ["glasses", "hat"] }, "--forget glasses,hat"),
        [nameof(RunConfig.Retain)] = (Config with { Retain = ["hat"] }, "--retain hat"),
        [nameof(RunConfig.Retention)] = (Config with { Retention = 2 }, "--retention 2"),
        [nameof(RunConfig.Model)] = (Config with { Model = "resnet50" }, "--model resnet50"),
        [nameof(RunConfig.Stem)] = (Config with { Stem = "fast" }, "--stem fast"),
        [nameof(RunConfig.Width)] = (Config with { Width = 0.5 }, "--width 0.5"),
        [nameof(RunConfig.Size)] = (Config with { Size = 48 }, "--size 48"),
        [nameof(RunConfig.Split)] = (Config with { Split = "layer2" }, "--split layer2"),
        [nameof(RunConfig.Recipe)] = (Config with { Recipe = "strict" }, "--recipe strict"),
        [nameof(RunConfig.Bits)] = (Config with { Bits = 3 }, "--bits 3"),
        [nameof(RunConfig.Lambda)] = (Config with { Lambda = [1, 2, 0.5] }, "--lambda 1,2,0.5"),
        [nameof(RunConfig.Distillation)] = (Config with { Distillation = 1 }, "--distil 1"),
        [nameof(RunConfig.Objective)] = (Config with { Objective = "entropy" }, "--objective entropy"),
        [nameof(RunConfig.Schedule)] = (Config with { Schedule = "local" }, "--schedule local"),
        [nameof(RunConfig.Blocks)] = (Config with { Blocks = "layer2,layer3" }, "--blocks layer2,layer3"),
        [nameof(RunConfig.Devices)] = (Config with { Devices = ["cpu", "cpu", "cpu"] }, "--devices cpu,cpu,cpu"),
        [nameof(RunConfig.Precision)] = (Config with { Precision = "bf16" }, "--precision bf16"),
        [nameof(RunConfig.Recompute)] = (Config with { Recompute = true }, "--recompute true"),
        [nameof(RunConfig.CheckpointSeconds)] = (Config with { CheckpointSeconds = 7 }, null),
        [nameof(RunConfig.Epochs)] = (Config with { Epochs = 9 }, "--epochs 9"),
        [nameof(RunConfig.Batch)] = (Config with { Batch = 64 }, "--batch 64"),
        [nameof(RunConfig.LearningRate)] = (Config with { LearningRate = 0.2 }, "--learning-rate 0.2"),
        [nameof(RunConfig.Limit)] = (Config with { Limit = 100 }, "--limit 100"),
        [nameof(RunConfig.Patience)] = (Config with { Patience = 2 }, "--patience 2"),
        [nameof(RunConfig.Probe)] = (Config with { Probe = 2 }, "--probe 2"),
        [nameof(RunConfig.Steer)] = (Config with { Steer = true }, "--steer true"),
        [nameof(RunConfig.Seed)] = (Config with { Seed = 5 }, "--seed 5"),
        [nameof(RunConfig.Threads)] = (Config with { Threads = 3 }, "--threads 3"),
        [nameof(RunConfig.From)] = (Config with { From = "other" }, "--from other"),
        [nameof(RunConfig.AttentionRemoval)] = (
            Config with
            {
                AttentionRemoval = new AttentionRemovalSettings { Attributes = ["hat"] },
            },
            "--remove-attention"
        ),
        [nameof(RunConfig.Vectors)] = (
            Config with
            {
                Vectors = new VectorOptions { Representations = "a", Labels = "b" },
            },
            "--vectors"
        ),
        [nameof(RunConfig.Reading)] = (Config with { Reading = new ReadingOptions { Workers = 2 } }, null),
        [nameof(RunConfig.Correlation)] = (Config with { Correlation = 0.9 }, "--correlation 0.9"),
    };

    private readonly FakeRuns _runs = new();

    public static TheoryData<string> Properties => [.. typeof(RunConfig).GetProperties().Select(property => property.Name)];

    public void Dispose() => _runs.Dispose();

    [Theory]
    [MemberData(nameof(Properties))]
    public void Whatever_decides_the_weights_must_be_as_it_was(string property)
    {
        var (asked, told) = Changes[property];
        var began = Began(Config);
        foreach (
            var check in new Action[]
            {
                () => Resumption.Check(began, began with { Config = asked }, "run"),
                () => Resumption.CheckFlags(began, began.Command, asked, "run"),
            }
        )
        {
            if (told is null)
                check();
            else
                Assert.StartsWith(told, Assert.Single(Refused(check)).Subject, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_difference_says_what_the_run_began_with_and_what_to_do()
    {
        var problem = Assert.Single(Refused(() => Resumption.CheckFlags(Began(Config), "unlearn", Config with { Epochs = 9 }, "run")));

        Assert.Equal(("--epochs 9", "the run in run began with 4"), (problem.Subject, problem.Fault));
        Assert.Contains("Leave the flag out", problem.Remedy, StringComparison.Ordinal);
        Assert.Contains(
            "began with nothing",
            Assert.Single(Refused(() => Resumption.CheckFlags(Began(Config), "unlearn", Config with { Bits = 3 }, "run"))).Fault,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_was_left_open_is_what_the_run_began_with()
    {
        var open = Config with { Task = null, Forget = [], Split = null, Epochs = null, LearningRate = null };
        Resumption.CheckFlags(Began(Config), "unlearn", open, "run");

        // Once everything is filled in, nothing may be missing.
        Assert.Equal(5, Refused(() => Resumption.Check(Began(Config), Began(Config) with { Config = open }, "run")).Count);
    }

    [Fact]
    public void Every_difference_is_told_at_once()
    {
        var began = Began(Config);
        Assert.Equal(
            ["--out run", "--epochs 9", "--seed 5"],
            Refused(() => Resumption.CheckFlags(began, "train", Config with { Epochs = 9, Seed = 5 }, "run"))
                .Select(problem => problem.Subject)
        );
        var other = began with { Config = Config with { Epochs = 9 }, Data = began.Data with { Fingerprint = new string('0', 64) } };
        var problems = Refused(() => Resumption.Check(began, other, "run"));
        Assert.Equal(["--out run", "--epochs 9"], problems.Select(problem => problem.Subject));
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
        Assert.Equal(meant, Resumption.WithBlocksOf(Config with { Blocks = asked }, Config).Blocks);

    [Fact]
    public void Where_nothing_was_cut_a_number_of_blocks_is_another_configuration() =>
        Assert.Equal("2", Resumption.WithBlocksOf(Config with { Blocks = "2" }, Config with { Blocks = null }).Blocks);

    private RunRecord Began(RunConfig config)
    {
        var run = _runs.Before().Run;
        return run with { Command = "unlearn", Config = config, Data = run.Data with { Fingerprint = new string('a', 64) } };
    }

    private static IReadOnlyList<Problem> Refused(Action check) => Assert.Throws<InvalidInputException>(check).Problems;
}
