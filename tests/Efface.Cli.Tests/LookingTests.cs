using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

public sealed class LookingTests : IDisposable
{
    private readonly Tool _tool = new();

    [Fact]
    public async Task The_doctor_finds_a_machine_that_runs_these_tests_healthy()
    {
        var outcome = await _tool.Run("doctor --json");
        Assert.Equal(0, outcome.ExitCode);
        Assert.True((bool)outcome.Json["healthy"]!);
    }

    [Fact]
    public async Task Recipes_say_what_each_is_for_and_what_it_promises()
    {
        var recipes = JsonNode.Parse((await _tool.Run("recipes", "--json")).Output)!.AsArray();
        string[] names =
        [
            "strict",
            "paper",
            "adversarial",
            "reversal",
            "entropy",
            "hsic",
            "mmd",
            "balance",
            "leace",
            "attention-removal",
            "prediction-only",
        ];
        Assert.Equal(names, recipes.Select(recipe => (string)recipe!["name"]!));
        Assert.All(recipes, recipe => Assert.NotEmpty((string)recipe!["purpose"]!));
        Assert.All(recipes, recipe => Assert.NotEmpty((string)recipe!["promise"]!));
        var list = (await _tool.Run("recipes")).Output;
        Assert.All(names, name => Assert.Contains($"\n{name} ", "\n" + list, StringComparison.Ordinal));
        Assert.Equal(names.Length, list.Split("Promises: ").Length - 1);
    }

    [Fact]
    public async Task Inspecting_a_data_set_prints_its_counts_and_floors_as_one_object()
    {
        var outcome = await _tool.Run(
            "data",
            "inspect",
            "--data",
            "cifar10",
            "--root",
            ToyCifar.Write(_tool, i => (byte)(i % 10)),
            "--forget",
            "class",
            "--json"
        );
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var data = outcome.Json["data"]!;
        Assert.Equal((180, 20, 40), ((int)data["counts"]!["train"]!, (int)data["counts"]!["validation"]!, (int)data["counts"]!["test"]!));
        Assert.Equal(0, (int)data["joint"]![0]!["counts"]![0]![2]!);
        Assert.Equal(0.2, (double)outcome.Json["floors"]![0]!["labelOnly"]!["balancedAccuracy"]!["value"]!, 9);
    }

    [Fact]
    public async Task Inspecting_prints_the_joint_table_for_people()
    {
        var outcome = await _tool.Run("data", "inspect", "--limit", "100", "--size", "16", "--forget", "glasses");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("so much can be forgotten", outcome.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', outcome.Output);
    }

    public void Dispose() => _tool.Dispose();
}
