using Efface.Records;
using Efface.Runs;
using Efface.Tests.Data;
using Efface.Tests.Models;
using Efface.Tests.Training;
using Efface.Unlearning;
using TorchSharp;
using Xunit;

namespace Efface.Tests.Runs;

[Collection(SharedTorch.Name)]
public sealed class BlockChoiceTests
{
    private static readonly RunConfig Local = Configs.Of("--recipe paper --schedule local");

    private static readonly Dictionary<string, (RunConfig Config, string Subject)> Wrong = new()
    {
        ["local blocks without a task head"] = (Local.With("--recipe hsic"), "--schedule local"),
        ["blocks from end to end"] = (Local.With("--schedule end-to-end --blocks 3"), "--blocks 3"),
        ["blocks where the recipe has one"] = (Configs.Of("--recipe strict --blocks 3"), "--blocks 3"),
        ["one block"] = (Local.With("--blocks 1"), "--blocks 1"),
        ["less than none"] = (Local.With("--blocks -2"), "--blocks -2"),
        ["two splits"] = (Local.With("--blocks layer1,layer2 --split layer3"), "--split layer3"),
        ["a split, and blocks whose ends are to be found"] = (Local.With("--blocks 3 --split layer3"), "--split layer3"),
        ["no such device"] = (Local.With("--devices cpu,abacus"), "--devices abacus"),
        ["an accelerator that is not there"] = (Local.With("--devices cpu,cuda:99"), "--devices cuda:99"),
        ["an accelerator without a number"] = (Local.With("--devices cpu,cuda"), "--devices cuda"),
        ["too few devices"] = (Local.With("--blocks 3 --devices cpu,cpu"), "--devices cpu,cpu"),
        ["too many devices"] = (Local.With("--devices cpu,cpu,cpu"), "--devices cpu,cpu,cpu"),
        ["fewer devices than named blocks"] = (Local.With("--blocks layer1,layer3 --devices cpu,cpu"), "--devices cpu,cpu"),
        ["devices from end to end"] = (Local.With("--schedule end-to-end --devices cpu,cpu"), "--devices"),
    };

    public static TheoryData<string> Mistakes => [.. Wrong.Keys];

    public static TheoryData<string, string?, string?> Right =>
        new()
        {
            { "paper", null, null },
            { "paper", null, "3" },
            { "paper", "pipelined", "layer1,layer2" },
            { "strict", "pipelined", "2" },
            { "strict", "local", "layer1.0" },
            { "hsic", null, null },
            { "hsic", "end-to-end", null },
            { "adversarial", "local", null },
        };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_choice_that_cannot_be_is_refused_by_its_flag(string mistake)
    {
        var (config, subject) = Wrong[mistake];
        var problem = Assert.Single(Flags(config));

        Assert.Equal(subject, problem.Subject.InFlags());
        Assert.NotEmpty(problem.Remedy.InFlags());
    }

    [Theory]
    [MemberData(nameof(Right))]
    public void A_choice_that_can_be_is_not_refused(string recipe, string? schedule, string? blocks) =>
        Assert.Empty(
            Flags(
                Configs
                    .Of($"--recipe {recipe}")
                    .With(schedule is null ? "" : $"--schedule {schedule}")
                    .With(blocks is null ? "" : $"--blocks {blocks}")
            )
        );

    [Fact]
    public void Plain_training_has_no_blocks()
    {
        var problem = Assert.Single(BlockChoice.Check(Configs.Of("--blocks 2"), forgets: false, recipe: null));
        Assert.Contains("efface unlearn", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("2", 2)]
    [InlineData("5", 5)]
    [InlineData("layer1", 2)]
    [InlineData("layer1.0, layer2,layer3", 4)]
    public void Blocks_are_counted_by_their_number_or_their_ends(string? blocks, int count) =>
        Assert.Equal(count, BlockChoice.Count(blocks));

    [Fact]
    public void Devices_are_those_that_were_named() =>
        Assert.Equal([DeviceType.CPU, DeviceType.CPU], BlockChoice.Devices(Local.With("--devices cpu,cpu")).Select(device => device.type));

    [Theory]
    [InlineData("stem", new[] { 0 })]
    [InlineData("layer1.0, layer2", new[] { 1, 4 })]
    [InlineData("layer3,layer4,embedding", new[] { 6, 8, 9 })]
    public void Named_blocks_end_where_they_are_said_to(string blocks, int[] ends) => Assert.Equal(ends, Ends(blocks, "paper").Ends);

    [Theory]
    [InlineData("layer2,layer1")]
    [InlineData("layer2,layer2")]
    [InlineData("layer1,head")]
    [InlineData("layer9")]
    [InlineData("")]
    [InlineData("layer1,")]
    public void Blocks_that_the_network_does_not_have_are_refused_with_those_it_has(string blocks)
    {
        var problem = Assert.Single(Assert.Throws<InvalidInputException>(() => Ends(blocks, "paper")).Problems);
        Assert.Contains("stem, layer1.0, layer1, layer2.0", problem.Remedy.InFlags(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("paper", "2")]
    [InlineData("paper", "4")]
    [InlineData("strict", "3")]
    public void A_number_of_blocks_is_cut_by_measuring_and_told(string recipe, string blocks)
    {
        var (ends, told) = Ends(blocks, recipe);

        Assert.Equal(BlockChoice.Count(blocks) - 1, ends!.Count);
        Assert.Matches(@"^blocks end after (stem|layer\d).*: (\d+, )+\d+ ms a step by themselves$", Assert.Single(told));
    }

    [Fact]
    public void More_blocks_than_stages_are_refused_with_how_many_there_may_be() =>
        Assert.Contains(
            "at most 10",
            Assert.Single(Assert.Throws<InvalidInputException>(() => Ends("11", "paper")).Problems).Remedy.InFlags(),
            StringComparison.Ordinal
        );

    [Fact]
    public void Where_nobody_said_where_to_cut_nothing_is_measured()
    {
        var (ends, told) = Ends(null, "paper");
        Assert.Null(ends);
        Assert.Empty(told);
    }

    private static IEnumerable<Problem> Flags(RunConfig config) =>
        BlockChoice.Check(config, forgets: true, Recipes.Named(config.Recipe.Name));

    private static (IReadOnlyList<int>? Ends, List<string> Told) Ends(string? blocks, string recipe)
    {
        using var table = ToyTables.Visible(train: 24, validation: 8);
        using var model = ToyTraining.Model(table, ToyTraining.Named(recipe), network: ToyNetworks.Residual());
        var local = Configs.Of($"--recipe {recipe} --schedule local");
        var config = local with { Training = local.Training with { Blocks = blocks } };
        var told = new List<string>();
        return (
            BlockChoice.Ends(
                config,
                model,
                own => ToyTraining.Blocks(model, table, ToyTraining.Named(recipe)!, ToyTraining.Options with { BatchSize = 8 }, own),
                told.Add
            ),
            told
        );
    }
}
