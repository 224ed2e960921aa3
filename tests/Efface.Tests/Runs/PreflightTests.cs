using Efface.Baselines;
using Efface.Data;
using Efface.Detachment;
using Efface.Reporting;
using Efface.Runs;
using Efface.Tests.Data.Sources;
using Efface.Unlearning;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class PreflightTests : IDisposable
{
    private static readonly RunConfig Faces = new() { Limit = 60, Size = 16 };
    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // Each flag with a value that no run can have, and how the complaint begins.
    private static readonly Dictionary<string, (RunConfig Config, string Subject)> Wrong = new()
    {
        ["model"] = (new RunConfig { Model = "alexnet" }, "--model alexnet"),
        ["stem"] = (new RunConfig { Stem = "wide" }, "--stem wide"),
        ["width"] = (new RunConfig { Width = double.NaN }, "--width NaN"),
        ["epochs"] = (new RunConfig { Epochs = 0 }, "--epochs 0"),
        ["batch"] = (new RunConfig { Batch = 1 }, "--batch 1"),
        ["limit"] = (new RunConfig { Limit = 19 }, "--limit 19"),
        ["size"] = (new RunConfig { Size = 15 }, "--size 15"),
        ["patience"] = (new RunConfig { Patience = 0 }, "--patience 0"),
        ["threads"] = (new RunConfig { Threads = 0 }, "--threads 0"),
        ["rate"] = (new RunConfig { LearningRate = 0 }, "--learning-rate 0"),
        ["rate that is no number"] = (new RunConfig { LearningRate = double.NaN }, "--learning-rate NaN"),
        ["endless rate"] = (new RunConfig { LearningRate = double.PositiveInfinity }, "--learning-rate"),
        ["two lambdas"] = (new RunConfig { Lambda = [1, 2] }, "--lambda 1,2"),
        ["negative lambda"] = (new RunConfig { Lambda = [1, 2, -3] }, "--lambda 1,2,-3"),
        ["endless lambda"] = (new RunConfig { Lambda = [1, 2, double.PositiveInfinity] }, "--lambda"),
        ["objective"] = (new RunConfig { Objective = "magic" }, "--objective magic"),
        ["objective by number"] = (new RunConfig { Objective = "7" }, "--objective 7"),
        ["bits"] = (new RunConfig { Bits = 13 }, "--bits 13"),
        ["no bits"] = (new RunConfig { Bits = 0 }, "--bits 0"),
        ["recipe"] = (new RunConfig { Recipe = "magic" }, "--recipe magic"),
        ["schedule"] = (new RunConfig { Recipe = "paper", Schedule = "magic" }, "--schedule magic"),
        ["negative distillation"] = (new RunConfig { Distillation = -1 }, "--distil -1"),
        ["distillation that is no number"] = (new RunConfig { Distillation = double.NaN }, "--distil NaN"),
        ["retention of nothing"] = (new RunConfig { Retention = 1 }, "--retention 1"),
        ["negative retention"] = (new RunConfig { Retention = -1, Retain = ["hat"] }, "--retention -1"),
        ["distillation of no model"] = (new RunConfig { Distillation = 1 }, "--distil 1"),
        ["distillation into no code"] = (
            new RunConfig
            {
                Recipe = "paper",
                From = "before",
                Distillation = 1,
            },
            "--distil 1"
        ),
        ["fraction"] = (
            new RunConfig
            {
                AttentionRemoval = new AttentionRemovalSettings { Attributes = ["hat"], Fraction = 1 },
            },
            "--fraction 1"
        ),
        ["fraction that is no number"] = (
            new RunConfig
            {
                AttentionRemoval = new AttentionRemovalSettings { Attributes = ["hat"], Fraction = double.NaN },
            },
            "--fraction NaN"
        ),
        ["fraction of nothing"] = (new RunConfig { AttentionRemoval = new AttentionRemovalSettings() }, "--fraction, --fill"),
        ["data"] = (new RunConfig { Data = "nothing" }, "--data nothing"),
        ["root"] = (new RunConfig { Data = "cifar10" }, "--root"),
    };

    public static TheoryData<string> Flags => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_value_that_no_run_can_have_is_refused_by_its_flag(string flag)
    {
        var (config, subject) = Wrong[flag];
        var problem = Assert.Single(Refused(config with { Limit = config.Limit ?? 60, Size = config.Size ?? 16 }));
        Assert.StartsWith(subject, problem.Subject, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public void Every_wrong_flag_is_told_at_once()
    {
        var problems = Refused(
            new RunConfig
            {
                Data = "nothing",
                Model = "alexnet",
                Stem = "wide",
                Width = -1,
                Epochs = 0,
                Batch = 0,
                Limit = 1,
                Size = 1,
                Patience = 0,
                Threads = 0,
                LearningRate = -1,
                Lambda = [],
                Objective = "magic",
                Bits = 99,
                Recipe = "magic",
                Schedule = "magic",
            }
        );
        string[] flags =
        [
            "--model",
            "--stem",
            "--width",
            "--epochs",
            "--batch",
            "--limit",
            "--size",
            "--patience",
            "--threads",
            "--learning-rate",
            "--lambda",
            "--objective",
            "--bits",
            "--recipe",
            "--schedule",
            "--data",
        ];
        Assert.Equal(flags, problems.Select(problem => problem.Subject.Split(' ')[0]));
    }

    [Fact]
    public void Every_wrong_column_is_told_at_once()
    {
        var problems = Refused(Faces with { Task = "smirk", Forget = ["glasses", "glasses", "smirk", "wig"] });
        Assert.Equal(["column 'smirk'", "column 'wig'", "--forget smirk", "--forget glasses"], problems.Select(problem => problem.Subject));
        Assert.Contains("smile", problems[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_column_of_a_removal_is_told_at_once()
    {
        var problems = Refused(
            Faces with
            {
                Forget = ["wig"],
                AttentionRemoval = new AttentionRemovalSettings { Attributes = ["smile", "hat", "hat", "scarf"] },
            }
        );
        Assert.Equal(
            ["column 'wig'", "column 'scarf'", "--remove-attention smile", "--remove-attention hat"],
            problems.Select(problem => problem.Subject)
        );
    }

    [Fact]
    public void An_attribute_that_the_task_determines_cannot_be_forgotten_but_does_not_hinder_plain_training()
    {
        ToyCifar.Write(_root, perFile: 100, i => i % 10);
        var config = new RunConfig
        {
            Data = "cifar10",
            Root = _root,
            Task = "class",
            Forget = ["living"],
        };
        var problem = Assert.Single(Refused(config));
        Assert.Equal("--forget living", problem.Subject);
        Assert.Contains("determines it", problem.Fault, StringComparison.Ordinal);

        using var prepared = Preflight.Check(config, forgets: false, cancel: TestContext.Current.CancellationToken);
        Assert.Null(prepared.Recipe);
    }

    [Fact]
    public void A_column_of_one_class_is_refused_in_every_part()
    {
        ToyCifar.Write(_root, perFile: 100, i => 2 + i % 2);
        Assert.Equal(
            ["column 'living', train part", "column 'living', validation part", "column 'living', test part"],
            Refused(new RunConfig { Data = "cifar10", Root = _root }).Select(problem => problem.Subject)
        );
    }

    [Theory]
    [InlineData("train", "validation part;test part")] // validation is drawn from train, and three images give none
    [InlineData("test", "train part;validation part")]
    public void A_table_with_one_part_alone_names_the_parts_that_it_lacks_and_what_to_type(string only, string missing)
    {
        using var folder = new ToyFolder();
        for (var i = 0; i < 3; i++)
            folder.Picture($"{i}.png", i);
        folder.Write("labels.csv", "image,y,z,part", $"0.png,a,c,{only}", $"1.png,b,d,{only}", $"2.png,b,c,{only}");

        var problems = Refused(
            new RunConfig
            {
                Data = "table",
                Root = folder.Root,
                Task = "y",
                Forget = ["z"],
                Reading = folder.Reading with { SplitColumn = "part" },
            }
        );

        Assert.Equal(missing.Split(';'), problems.Select(problem => problem.Subject));
        Assert.All(problems, problem => Assert.Contains($"all are marked {only}", problem.Fault, StringComparison.Ordinal));
        Assert.StartsWith(
            "Leave --split-column out, so that parts are drawn, or mark some rows of part as",
            problems[0].Remedy,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Folders_with_a_train_part_alone_say_how_to_name_the_levels()
    {
        using var folder = new ToyFolder();
        for (var i = 0; i < 60; i++)
            folder.Picture($"train/{(i % 2 == 0 ? "cat" : "dog")}/{(i % 3 == 0 ? "day" : "night")}/{i}.png", i);

        var problem = Assert.Single(
            Refused(
                new RunConfig
                {
                    Data = "folders",
                    Root = folder.Root,
                    Task = "class",
                    Forget = ["light"],
                    Reading = folder.Reading with { Levels = ["split", "class", "light"] },
                }
            )
        );

        Assert.Equal("test part", problem.Subject);
        Assert.Contains("--levels part,class", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_missing_are_told_before_anything_else_of_the_data() =>
        Assert.Equal(
            6,
            Refused(
                new RunConfig
                {
                    Data = "cifar10",
                    Root = _root,
                    Task = "smirk",
                }
            ).Count
        );

    [Fact]
    public void Impossible_correlations_are_refused() =>
        Assert.Contains("out of range", Assert.Single(Refused(Faces with { Correlation = 2 })).Fault, StringComparison.Ordinal);

    [Fact]
    public void What_the_user_leaves_open_is_filled_in_and_written_down()
    {
        using var prepared = Preflight.Check(Faces, forgets: true, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(("smile", "cifar"), (prepared.Config.Task, prepared.Config.Stem));
        Assert.Equal(["glasses"], prepared.Config.Forget);
        Assert.Equal("smile", prepared.Labels.Task.Name);
        Assert.Equal("glasses", Assert.Single(prepared.Labels.Attributes).Name);
        Assert.Equal("strict", prepared.Recipe!.Name);
    }

    [Fact]
    public void Plain_training_for_a_task_of_the_users_own_forgets_nothing()
    {
        using var prepared = Preflight.Check(Faces with { Task = "hair" }, forgets: false, cancel: TestContext.Current.CancellationToken);
        Assert.Empty(prepared.Config.Forget);
        Assert.Empty(prepared.Labels.Attributes);
        Assert.Null(prepared.Recipe);
    }

    [Fact]
    public void The_users_own_values_replace_the_recipes()
    {
        using var prepared = Preflight.Check(
            Faces with
            {
                Recipe = "paper",
                Lambda = [0.5, 2, 7],
                Objective = "Reversal",
            },
            forgets: true,
            cancel: TestContext.Current.CancellationToken
        );
        Assert.Equal(
            new Paper
            {
                Settings = new Paper().Settings with { Weights = new LossWeights(0.5, 2, 7), Objective = AttributeObjective.Reversal },
            },
            prepared.Recipe
        );
    }

    [Fact]
    public void No_part_holds_more_images_than_the_limit()
    {
        ToyCifar.Write(_root, perFile: 100, i => i % 10);
        using var prepared = Preflight.Check(
            new RunConfig
            {
                Data = "cifar10",
                Root = _root,
                Limit = 40,
            },
            forgets: true,
            cancel: TestContext.Current.CancellationToken
        );
        Assert.All(Enum.GetValues<Part>(), part => Assert.Equal(40, prepared.Table.Rows(part).Length));
    }

    [Fact]
    public void A_run_that_starts_from_another_holds_out_the_same_images_whatever_its_seed_and_attributes()
    {
        ToyCifar.Write(_root, perFile: 100, i => i % 10);
        var config = new RunConfig
        {
            Data = "cifar10",
            Root = _root,
            Limit = 100,
        };
        using var trained = Preflight.Check(
            config with
            {
                Seed = 1,
                Task = "living",
            },
            forgets: false,
            cancel: TestContext.Current.CancellationToken
        );
        using var unlearnt = Preflight.Check(
            config with
            {
                Seed = 2,
                Recipe = "paper",
                Forget = ["class"],
            },
            forgets: true,
            cancel: TestContext.Current.CancellationToken
        );
        Assert.Equal(trained.Table.Fingerprint(), unlearnt.Table.Fingerprint());
    }

    private static IReadOnlyList<Problem> Refused(RunConfig config) =>
        Assert
            .Throws<InvalidInputException>(() =>
                Preflight.Check(config, forgets: true, cancel: TestContext.Current.CancellationToken).Dispose()
            )
            .Problems;
}
