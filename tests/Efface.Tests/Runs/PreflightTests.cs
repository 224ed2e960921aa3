using Efface.Baselines;
using Efface.Data;
using Efface.Data.Sources;
using Efface.Detachment;
using Efface.Records;
using Efface.Runs;
using Efface.Tests.Data.Sources;
using Efface.Unlearning;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class PreflightTests : IDisposable
{
    private static readonly RunConfig Faces = Configs.Of("--limit 60 --size 16");
    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // Each flag with a value that no run can have, and how the complaint begins.
    private static readonly Dictionary<string, (RunConfig Config, string Subject)> Wrong = new()
    {
        ["model"] = (Configs.Of("--model alexnet"), "--model alexnet"),
        ["stem"] = (Configs.Of("--stem wide"), "--stem wide"),
        ["width"] = (Configs.Of("--width NaN"), "--width NaN"),
        ["epochs"] = (Configs.Of("--epochs 0"), "--epochs 0"),
        ["batch"] = (Configs.Of("--batch 1"), "--batch 1"),
        ["limit"] = (Configs.Of("--limit 19"), "--limit 19"),
        ["size"] = (Configs.Of("--size 15"), "--size 15"),
        ["patience"] = (Configs.Of("--patience 0"), "--patience 0"),
        ["threads"] = (Configs.Of("--threads 0"), "--threads 0"),
        ["rate"] = (Configs.Of("--learning-rate 0"), "--learning-rate 0"),
        ["rate that is no number"] = (Configs.Of("--learning-rate NaN"), "--learning-rate NaN"),
        ["endless rate"] = (Configs.Of("--learning-rate Infinity"), "--learning-rate"),
        ["two lambdas"] = (Configs.Of("--lambda 1,2"), "--lambda 1,2"),
        ["negative lambda"] = (Configs.Of("--lambda 1,2,-3"), "--lambda 1,2,-3"),
        ["endless lambda"] = (Configs.Of("--lambda 1,2,Infinity"), "--lambda"),
        ["bits"] = (Configs.Of("--bits 13"), "--bits 13"),
        ["no bits"] = (Configs.Of("--bits 0"), "--bits 0"),
        ["recipe"] = (Configs.Of("--recipe magic"), "--recipe magic"),
        ["negative distillation"] = (Configs.Of("--distil -1"), "--distil -1"),
        ["distillation that is no number"] = (Configs.Of("--distil NaN"), "--distil NaN"),
        ["retention of nothing"] = (Configs.Of("--retention 1"), "--retention 1"),
        ["negative retention"] = (Configs.Of("--retention -1 --retain hat"), "--retention -1"),
        ["distillation of no model"] = (Configs.Of("--distil 1"), "--distil 1"),
        ["distillation into no code"] = (Configs.Of("--recipe paper --from before --distil 1"), "--distil 1"),
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
        ["data"] = (Configs.Of("--data nothing"), "--data nothing"),
        ["root"] = (Configs.Of("--data cifar10"), "--root"),
    };

    public static TheoryData<string> Flags => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Flags))]
    public void A_value_that_no_run_can_have_is_refused_by_its_flag(string flag)
    {
        var (config, subject) = Wrong[flag];
        var problem = Assert.Single(
            Refused(config with { Data = config.Data with { Limit = config.Data.Limit ?? 60, Size = config.Data.Size ?? 16 } })
        );
        Assert.StartsWith(subject, problem.Subject.InFlags(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy.InFlags());
    }

    [Fact]
    public void Every_wrong_flag_is_told_at_once()
    {
        var problems = Refused(
            Configs.Of(
                "--data nothing --model alexnet --stem wide --width -1 --epochs 0 --batch 0 --limit 1 --size 1 --patience 0 --threads 0 "
                    + "--learning-rate -1 --lambda 1 --bits 99 --recipe magic"
            )
        );
        string[] flags =
        [
            "--model",
            "--stem",
            "--width",
            "--epochs",
            "--batch",
            "--learning-rate",
            "--patience",
            "--threads",
            "--bits",
            "--lambda",
            "--size",
            "--limit",
            "--data",
            "--recipe",
        ];
        Assert.Equal(flags, problems.Select(problem => problem.Subject.InFlags().Split(' ')[0]));
    }

    [Fact]
    public void Every_wrong_column_is_told_at_once()
    {
        var problems = Refused(Faces.With("--task smirk --forget glasses,glasses,smirk,wig"));
        Assert.Equal(
            ["column 'smirk'", "column 'wig'", "--forget smirk", "--forget glasses"],
            problems.Select(problem => problem.Subject.InFlags())
        );
        Assert.Contains("smile", problems[0].Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_column_of_a_removal_is_told_at_once()
    {
        var problems = Refused(
            Faces.With("--forget wig") with
            {
                AttentionRemoval = new AttentionRemovalSettings { Attributes = ["smile", "hat", "hat", "scarf"] },
            }
        );
        Assert.Equal(
            ["column 'wig'", "column 'scarf'", "--remove-attention smile", "--remove-attention hat"],
            problems.Select(problem => problem.Subject.InFlags())
        );
    }

    [Fact]
    public void An_attribute_that_the_task_determines_cannot_be_forgotten_but_does_not_hinder_plain_training()
    {
        ToyCifar.Write(_root, perFile: 100, i => i % 10);
        var config = Configs.Of($"--data cifar10 --root {_root} --task class --forget living");
        var problem = Assert.Single(Refused(config));
        Assert.Equal("--forget living", problem.Subject.InFlags());
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
            Refused(Configs.Of($"--data cifar10 --root {_root}")).Select(problem => problem.Subject.InFlags())
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
            Read(Configs.Of($"--data table --root {folder.Root} --task y --forget z"), folder.Reading with { SplitColumn = "part" })
        );

        Assert.Equal(missing.Split(';'), problems.Select(problem => problem.Subject.InFlags()));
        Assert.All(problems, problem => Assert.Contains($"all are marked {only}", problem.Fault, StringComparison.Ordinal));
        Assert.StartsWith(
            "Leave --split-column out, so that parts are drawn, or mark some rows of part as",
            problems[0].Remedy.InFlags(),
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
                Read(
                    Configs.Of($"--data folders --root {folder.Root} --task class --forget light"),
                    folder.Reading with
                    {
                        Levels = ["split", "class", "light"],
                    }
                )
            )
        );

        Assert.Equal("test part", problem.Subject.InFlags());
        Assert.Contains("--levels part,class", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_missing_are_told_before_anything_else_of_the_data() =>
        Assert.Equal(6, Refused(Configs.Of($"--data cifar10 --root {_root} --task smirk")).Count);

    [Fact]
    public void Impossible_correlations_are_refused() =>
        Assert.Contains("out of range", Assert.Single(Refused(Faces.With("--correlation 2"))).Fault, StringComparison.Ordinal);

    [Fact]
    public void What_the_user_leaves_open_is_filled_in_and_written_down()
    {
        using var prepared = Preflight.Check(Faces, forgets: true, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(("smile", "cifar"), (prepared.Config.Data.Task, prepared.Config.Model.Stem));
        Assert.Equal(["glasses"], prepared.Config.Recipe.Forget);
        Assert.Equal("smile", prepared.Labels.Task.Name);
        Assert.Equal("glasses", Assert.Single(prepared.Labels.Attributes).Name);
        Assert.Equal("strict", prepared.Recipe!.Name);
    }

    [Fact]
    public void Plain_training_for_a_task_of_the_users_own_forgets_nothing()
    {
        using var prepared = Preflight.Check(Faces.With("--task hair"), forgets: false, cancel: TestContext.Current.CancellationToken);
        Assert.Empty(prepared.Config.Recipe.Forget);
        Assert.Empty(prepared.Labels.Attributes);
        Assert.Null(prepared.Recipe);
    }

    [Fact]
    public void The_users_own_values_replace_the_recipes()
    {
        using var prepared = Preflight.Check(
            Faces.With("--recipe paper --lambda 0.5,2,7 --objective Reversal"),
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
            Configs.Of($"--data cifar10 --root {_root} --limit 40"),
            forgets: true,
            cancel: TestContext.Current.CancellationToken
        );
        Assert.All(Enum.GetValues<Part>(), part => Assert.Equal(40, prepared.Table.Rows(part).Length));
    }

    [Fact]
    public void A_run_that_starts_from_another_holds_out_the_same_images_whatever_its_seed_and_attributes()
    {
        ToyCifar.Write(_root, perFile: 100, i => i % 10);
        var config = Configs.Of($"--data cifar10 --root {_root} --limit 100");
        using var trained = Preflight.Check(
            config.With("--seed 1 --task living"),
            forgets: false,
            cancel: TestContext.Current.CancellationToken
        );
        using var unlearnt = Preflight.Check(
            config.With("--seed 2 --recipe paper --forget class"),
            forgets: true,
            cancel: TestContext.Current.CancellationToken
        );
        Assert.Equal(trained.Table.Fingerprint, unlearnt.Table.Fingerprint);
    }

    private static RunConfig Read(RunConfig config, ReadingOptions reading) =>
        config with
        {
            Data = config.Data with { Reading = reading },
        };

    private static IReadOnlyList<Problem> Refused(RunConfig config) =>
        Assert
            .Throws<InvalidInputException>(() =>
                Preflight.Check(config, forgets: true, cancel: TestContext.Current.CancellationToken).Dispose()
            )
            .Problems;
}
