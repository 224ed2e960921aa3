using System.Text.Json.Nodes;
using Efface.Auditing;
using Efface.Tests;
using Efface.Training;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Every way to forget, from the flag to the audit.</summary>
public sealed class RecipeTests : IDisposable
{
    private readonly Tool _tool = new();

    public RecipeTests(SmallRun small) => small.CopyTo(_tool);

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("reversal --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("entropy --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("hsic --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("mmd --epochs 1", "embedding,logits", "embedding,logits")]
    [InlineData("leace", "embedding,h,logits", "h,logits")]
    [InlineData("leace --forget glasses,hat,skin", "embedding,h,logits", "h,logits")]
    [InlineData("prediction-only", "embedding,logits,decision", "decision")]
    public async Task A_recipe_forgets_from_a_trained_model_and_an_audit_will_look_where_it_releases(
        string recipe,
        string places,
        string released
    )
    {
        var folder = $"run-{recipe.Replace(' ', '-')}";
        await Unlearn(recipe, folder);
        using var model = TrainedModel.Load(_tool.At(folder), Compute.Device);
        var found = Place.Of(model);
        Assert.Equal(places, string.Join(',', found.Select(place => place.Name)));
        Assert.Equal(released, string.Join(',', found.Where(place => place.Released).Select(place => place.Name)));
        Assert.Equal(0, (await _tool.Run($"report before {folder} --out {folder}.html")).ExitCode);
    }

    /// <summary>A recipe, what is forgotten, and what is audited: each takes half a minute.</summary>
    public static TheoryData<string, string, string> Audited =>
        [
            .. new (string, string, string)[]
            {
                ("prediction-only", "glasses", "glasses"),
                ("leace", "glasses,hat,skin", "glasses,hat,skin,glasses+hat+skin"),
                ("strict --epochs 1", "glasses,hat", "glasses,hat,glasses+hat"),
                ("reversal --epochs 1", "glasses", "glasses"),
                ("entropy --epochs 1", "glasses", "glasses"),
                ("hsic --epochs 1", "glasses", "glasses"),
                ("mmd --epochs 1", "glasses", "glasses"),
            }.Take(HowMany.AtLeast(1)),
        ];

    [Theory]
    [MemberData(nameof(Audited))]
    public async Task What_was_forgotten_is_audited_each_and_together_and_the_bare_decision_tells_nothing_beyond_itself(
        string recipe,
        string forgotten,
        string audited
    )
    {
        var folder = $"audited-{recipe.Split(' ')[0]}";
        await Unlearn($"{recipe} --forget {forgotten}", folder);
        // Nothing is said of the model before.
        Directory.Delete(_tool.At("before"), recursive: true);
        var outcome = await _tool.Run($"audit --run {folder} --attackers lookup,linear --seeds 1 --json");
        Verdicts.Agree(outcome, _tool.At($"{folder}/audit.json"));
        var audit = outcome.Json;
        Assert.Equal(audited, string.Join(',', audit["attributes"]!.AsArray().Select(verdict => (string)verdict!["attribute"]!)));
        Assert.All(audit["joint"]!.AsArray(), place => Assert.Equal(audited.Split(',')[^1], (string)place!["attribute"]!));
        foreach (var decision in audit["representations"]!.AsArray().Where(place => (string)place!["name"]! == "decision"))
        {
            Assert.Equal("discrete", (string)decision!["kind"]!);
            Assert.Equal(0, (double)decision["leak"]!["beyondPrediction"]!["value"]!);
            Assert.NotEmpty(decision["certificates"]!.AsArray());
        }
    }

    [Fact]
    public async Task The_bare_decision_decides_as_before()
    {
        await Unlearn("prediction-only", "decides");
        double Fidelity(string run) => (double)JsonNode.Parse(File.ReadAllText(_tool.At($"{run}/run.json")))!["result"]!["fidelity"]!;
        Assert.Equal(Fidelity("before"), Fidelity("decides"));
    }

    [Fact]
    public async Task A_code_that_forgot_several_attributes_is_certified_for_each_and_together()
    {
        await Unlearn("strict --forget glasses,hat --epochs 1", "several");
        var certified = await _tool.Run("certify --run several --json");
        Verdicts.Agree(certified, _tool.At("several/certificate.json"));
        Assert.Equal(
            ["glasses", "hat", "glasses+hat"],
            certified.Json["attributes"]!.AsArray().Select(bound => (string)bound!["attribute"]!)
        );
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
}
