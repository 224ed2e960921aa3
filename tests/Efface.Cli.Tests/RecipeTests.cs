using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>A copy of the small run that is audited: audits of what starts from it read that, instead of looking again.</summary>
public sealed class AuditedBefore(SmallRun small) : IAsyncLifetime
{
    internal const string Audit = "--attackers lookup,linear --seeds 1 --json";

    internal Tool Tool { get; } = new();

    public async ValueTask InitializeAsync()
    {
        small.CopyTo(Tool);
        Verdicts.Agree(await Tool.Run($"audit --run before --attribute glasses {Audit}"), Tool.At("before/audit.json"));
    }

    public ValueTask DisposeAsync()
    {
        Tool.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Every way to forget, from the flag to the audit.</summary>
public sealed class RecipeTests(AuditedBefore audited) : IClassFixture<AuditedBefore>
{
    private readonly Tool _tool = audited.Tool;

    [Theory]
    [InlineData("reversal --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("entropy --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("hsic --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("mmd --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("leace", "embedding,h,logits", "h,logits")]
    [InlineData("prediction-only", "embedding,logits,decision", "decision")]
    public async Task A_recipe_forgets_from_a_trained_model_and_the_audit_looks_where_it_releases(
        string recipe,
        string places,
        string released
    )
    {
        var folder = $"run-{recipe.Split(' ')[0]}";
        await Unlearn(recipe, folder);
        var representations = await Audit(folder);
        Assert.Equal(places, string.Join(',', representations.Select(place => (string)place["name"]!)));
        Assert.Equal(
            released,
            string.Join(',', representations.Where(place => (bool)place["released"]!).Select(place => (string)place["name"]!))
        );
        Assert.Equal(0, (await _tool.Run($"report before {folder} --out {folder}.html")).ExitCode);
    }

    [Fact]
    public async Task Releasing_the_prediction_alone_leaks_nothing_beyond_it_and_decides_as_before()
    {
        await Unlearn("prediction-only", "decides");
        double Fidelity(string run) => (double)JsonNode.Parse(File.ReadAllText(_tool.At($"{run}/run.json")))!["result"]!["fidelity"]!;

        var decision = (await Audit("decides")).Single(place => (string)place["name"]! == "decision");
        Assert.Equal("discrete", (string)decision["kind"]!);
        Assert.Equal(0, (double)decision["leak"]!["beyondPrediction"]!["value"]!);
        Assert.NotEmpty(decision["certificates"]!.AsArray());
        Assert.Equal(Fidelity("before"), Fidelity("decides"));
    }

    [Theory]
    [InlineData("strict --epochs 1", "glasses,hat", "glasses+hat")]
    [InlineData("leace", "glasses,hat,skin", "glasses+hat+skin")]
    public async Task Several_attributes_of_different_kinds_are_forgotten_at_once_and_audited_each_and_together(
        string recipe,
        string attributes,
        string together
    )
    {
        var folder = $"several-{recipe.Split(' ')[0]}";
        await Unlearn($"{recipe} --forget {attributes}", folder);
        await Audit(folder);
        var audit = JsonNode.Parse(File.ReadAllText(_tool.At($"{folder}/audit.json")))!;
        Assert.Equal(
            [.. attributes.Split(','), together],
            audit["attributes"]!.AsArray().Select(verdict => (string)verdict!["attribute"]!)
        );
        Assert.All(audit["joint"]!.AsArray(), place => Assert.Equal(together, (string)place!["attribute"]!));
    }

    [Fact]
    public async Task Removing_attention_is_a_recipe_that_trains_from_scratch_on_what_is_forgotten()
    {
        var outcome = await _tool.Run($"unlearn {SmallRun.Flags} --forget glasses --recipe attention-removal --json --out removed");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var run = outcome.Json["run"]!;
        Assert.Equal("glasses", (string)run["config"]!["attentionRemoval"]!["attributes"]![0]!);
        Assert.NotNull(run["attentionRemoval"]);
    }

    [Theory]
    [InlineData("leace --epochs 3", "learns nothing more")]
    [InlineData("leace --lambda 1,1,1", "forgets nothing; what forgets is done after it")]
    [InlineData("leace --split layer2", "works at the embedding")]
    [InlineData("prediction-only --schedule pipelined", "forgets nothing; what forgets is done after it")]
    [InlineData("attention-removal", "trains from scratch")]
    [InlineData("mmd --schedule local", "no task head")]
    public async Task Flags_that_mean_nothing_to_a_recipe_are_refused(string recipe, string reason)
    {
        Refusal.ToldInLines(await _tool.Run($"unlearn --from before --recipe {recipe} --out refused"), reason);
        Assert.False(Directory.Exists(_tool.At("refused")));
    }

    [Fact]
    public async Task A_closed_model_is_not_closed_again()
    {
        await Unlearn("leace", "closed");
        Refusal.ToldInLines(
            await _tool.Run("unlearn --from closed --recipe prediction-only --out twice"),
            "closed by its stage erasure already"
        );
    }

    private async Task Unlearn(string recipe, string folder)
    {
        var outcome = await _tool.Run($"unlearn --from before --recipe {recipe} --out {folder}");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
    }

    // The places of a run's audit.
    private async Task<List<JsonNode>> Audit(string folder)
    {
        var audit = await _tool.Run($"audit --run {folder} {AuditedBefore.Audit}");
        Verdicts.Agree(audit, _tool.At($"{folder}/audit.json"));
        return [.. audit.Json["representations"]!.AsArray().Select(place => place!)];
    }
}
