using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

public sealed class BadFlagTests : IDisposable
{
    private readonly Tool _tool = new();

    [Theory]
    [InlineData("--batch 1")]
    [InlineData("--size 8")]
    [InlineData("--patience 0")]
    [InlineData("--threads 0")]
    [InlineData("--bits 13")]
    [InlineData("--width NaN")]
    [InlineData("--learning-rate 0")]
    [InlineData("--lambda 1,2", "three numbers")]
    [InlineData("--lambda 1,-1,2", "0 or more")]
    [InlineData("--schedule sideways", "local, pipelined")]
    [InlineData("--fill fog", "mean, blur, noise")]
    [InlineData("--remove-attention hat --fraction 1.5")]
    [InlineData("--fraction 0.3", "--remove-attention")]
    public async Task A_value_out_of_range_is_told_before_any_image_is_drawn(string flag, string told = "Give ")
    {
        var outcome = await _tool.Run($"train {flag} --out run");
        ToldInLines(outcome, flag.Split(' ')[^2]);
        Assert.Contains(told, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_tool.Folder));
    }

    [Theory]
    [InlineData("--epochs", "some")]
    [InlineData("--width", "0,5")]
    [InlineData("--limit", "1e2")]
    public async Task A_value_that_is_no_number_is_told_with_its_flag(string flag, string value)
    {
        var outcome = await _tool.Run("train --out run", flag, value);
        ToldInLines(outcome, value);
        Assert.Contains(flag, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nullable", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flag_without_its_value_is_named() => ToldInLines(await _tool.Run("train --out run --epochs"), "epochs");

    [Theory]
    [InlineData("--objective", "7")]
    [InlineData("--out", "")]
    public async Task A_value_that_means_nothing_is_refused(string flag, string value) =>
        ToldInLines(await _tool.Run("unlearn --limit 40 --size 16 --width 0.125 --stem fast --epochs 1", flag, value), flag);

    [Fact]
    public async Task Everything_wrong_with_a_removal_is_told_at_once()
    {
        ToldInLines(await _tool.Run("train --remove-attention hat --fraction 0 --epochs 0 --out run"), "--epochs 0", "--fraction 0");
        ToldInLines(
            await _tool.Run("train --limit 40 --size 16 --remove-attention smile,scarf,wig --out run"),
            "'scarf'",
            "'wig'",
            "--remove-attention smile"
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(_tool.Folder));
    }

    [Fact]
    public async Task Removal_is_a_matter_of_training_alone() =>
        ToldInLines(await _tool.Run("unlearn --remove-attention hat"), "remove-attention");

    [Fact]
    public async Task A_split_that_the_recipe_cannot_use_is_not_ignored() =>
        ToldInLines(
            await _tool.Run("unlearn --limit 40 --size 16 --width 0.125 --stem fast --epochs 1 --split layer2 --out run"),
            "--split layer2"
        );

    [Theory]
    [InlineData("train extra", "extra")]
    [InlineData("recipes --bogus", "bogus")]
    [InlineData("doctor --bogus", "bogus")]
    [InlineData("data inspect --out x", "out")]
    [InlineData("data look", "look")]
    [InlineData("audit", "run")]
    [InlineData("report", "RUNS")]
    public async Task Wrong_usage_is_told_in_one_line(string arguments, string told) => ToldInLines(await _tool.Run(arguments), told);

    [Theory]
    [InlineData("")]
    [InlineData("data")]
    public async Task No_command_lists_the_commands_and_is_no_fault_of_ours(string arguments)
    {
        var outcome = await _tool.Run(arguments);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("Commands:", outcome.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _tool.Dispose();
}
