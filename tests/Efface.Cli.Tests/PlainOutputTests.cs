using Xunit;

namespace Efface.Cli.Tests;

/// <summary>What the tool prints when it is not on a terminal.</summary>
public sealed class PlainOutputTests : IDisposable
{
    private const string Run =
        "--data --root --task --forget --model --stem --width --size --split --recipe --bits --lambda --objective --schedule "
        + "--epochs --batch --learning-rate --limit --patience --seed --threads --correlation --config";

    private readonly Tool _tool = new();

    [Theory]
    [InlineData("demo", Run + " --out")]
    [InlineData("train", Run + " --out")]
    [InlineData("unlearn", Run + " --out --from")]
    [InlineData("data inspect", Run)]
    [InlineData("audit", "--run --attribute --tolerance --confidence --attackers --seeds")]
    [InlineData("report", "--out")]
    [InlineData("recipes", "")]
    [InlineData("doctor", "")]
    public async Task Help_lists_every_flag(string command, string flags)
    {
        var outcome = await _tool.Run([.. command.Split(' '), "--help"]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var listed = outcome
            .Output.Split('\n')
            .SelectMany(line => line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word is "-h").Take(1));
        Assert.Empty(flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("--help").Append("--json").Except(listed));
    }

    [Fact]
    public async Task Faces_are_counted_in_one_object()
    {
        var outcome = await _tool.Run("data", "inspect", "--data", "faces", "--limit", "200", "--json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.All(["train", "validation", "test"], part => Assert.Equal(200, (int)outcome.Json["data"]!["counts"]![part]!));

        var joint = Assert.Single(outcome.Json["data"]!["joint"]!.AsArray())!;
        Assert.Equal(("smile", "glasses"), ((string)joint["task"]!, (string)joint["attribute"]!));
        var counts = joint["counts"]!.AsArray().Select(row => row!.AsArray().Select(count => (int)count!).ToArray()).ToArray();
        int[] Column(string name) =>
            [
                .. outcome.Json["columns"]!.AsArray().Single(column => (string)column!["name"]! == name)!["counts"]!
                    .AsArray()
                    .Select(count => (int)count!),
            ];
        Assert.Equal(Column("smile"), counts.Select(row => row.Sum()));
        Assert.Equal(Column("glasses"), counts[0].Zip(counts[1], (no, yes) => no + yes));
        Assert.Equal(200, counts.Sum(row => row.Sum()));
        Assert.InRange((double)joint["attributeEntropyGivenTask"]!, 0.5, (double)joint["attributeEntropy"]!);
    }

    [Fact]
    public async Task Without_correlation_smile_tells_nothing_of_glasses()
    {
        var outcome = await _tool.Run("data", "inspect", "--limit", "1000", "--size", "16", "--correlation", "0", "--json");
        var joint = outcome.Json["data"]!["joint"]![0]!;
        Assert.InRange((double)joint["attributeEntropy"]! - (double)joint["attributeEntropyGivenTask"]!, 0, 0.01);
    }

    public void Dispose() => _tool.Dispose();
}
