using Efface.Records;
using Efface.Runs.Sweeps;
using Xunit;

namespace Efface.Tests.Runs;

public sealed class SweepAxisTests
{
    private static readonly RunConfig Config = Configs.Of("--recipe paper");

    [Fact]
    public void Each_lambda_is_an_option_and_the_others_stay_the_recipes()
    {
        var axis = SweepAxis.Parse("lambda3=0.5,20");

        Assert.Equal(["0.5", "20"], axis.Values);
        Assert.Equal([2.5, 1, 20], axis.Apply(Config, "20").Recipe.Lambda!);
        Assert.Equal([7, 1, 20], SweepAxis.Parse("lambda1=7").Apply(axis.Apply(Config, "20"), "7").Recipe.Lambda!);
    }

    [Theory]
    [InlineData("bits=6", "6")]
    [InlineData("learning-rate=0.02", "0.02")]
    [InlineData("distil=3", "3")]
    [InlineData("recipe=leace", "leace")]
    [InlineData("recompute=true", "true")]
    [InlineData("schedule=pipelined", "pipelined")]
    [InlineData("blocks=2", "2")]
    public void Any_option_takes_values_of_its_own_kind(string grid, string value)
    {
        var config = SweepAxis.Parse(grid).Apply(Config, value);
        var expected = grid.Split('=')[0] switch
        {
            "bits" => Config.With("--bits 6"),
            "learning-rate" => Config.With("--learning-rate 0.02"),
            "distil" => Config.With("--distil 3"),
            "recipe" => Config.With("--recipe leace"),
            "recompute" => Config.With("--recompute"),
            "schedule" => Config.With("--schedule pipelined"),
            _ => Config.With("--blocks 2"),
        };

        Assert.Equivalent(expected, config, strict: true);
    }

    [Theory]
    [InlineData("lambda3", "not NAME=VALUE,VALUE")]
    [InlineData("lambda3=", "not NAME=VALUE,VALUE")]
    [InlineData("seed=1,2", "'seed' cannot be swept")]
    [InlineData("root=/tmp", "'root' cannot be swept")]
    [InlineData("bits=4,4", "names a value twice")]
    public void What_is_no_axis_is_refused(string grid, string fault) =>
        Assert.Contains(
            fault,
            Assert.Throws<InvalidInputException>(() => SweepAxis.Parse(grid)).Message.InFlags(),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("bits", "many")]
    [InlineData("bits", "2.5")]
    [InlineData("lambda1", "much")]
    [InlineData("recompute", "perhaps")]
    public void Values_that_an_option_cannot_take_are_refused_with_its_name(string name, string value)
    {
        var axis = new SweepAxis(name, [value]);

        Assert.Contains(
            $"`SweepSettings.Axes` {name}={value}",
            Assert.Throws<InvalidInputException>(() => axis.Apply(Config, value)).Message.InFlags(),
            StringComparison.Ordinal
        );
    }
}
