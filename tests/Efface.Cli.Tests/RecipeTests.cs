using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>
/// A copy of that model's run which is audited already: audits of what starts from it read that, instead of looking again.
/// </summary>
public sealed class AuditedBefore(TrainedRun trained) : IAsyncLifetime
{
    internal const string Name = "recipe-before";

    internal static readonly string[] Flags = ["--attackers", "lookup,linear", "--json"];

    internal Tool Tool { get; } = trained.Tool;

    public async ValueTask InitializeAsync()
    {
        Tool.Copy("before", Name);
        var audit = await Tool.Run(["audit", "--run", Name, "--attribute", "glasses", .. Flags]);
        Assert.True(audit.ExitCode is 0 or 3 or 4, audit.Error);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Every way to forget, from the flag to the audit, on the small model of <see cref="TrainedRun"/>.</summary>
public sealed class RecipeTests(AuditedBefore audited) : IClassFixture<AuditedBefore>
{
    private readonly Tool _tool = audited.Tool;

    [Theory]
    [InlineData("reversal", "embedding,logits", "embedding,logits")]
    [InlineData("entropy", "embedding,logits", "embedding,logits")]
    [InlineData("hsic", "embedding,logits", "embedding,logits")]
    [InlineData("mmd", "embedding,logits", "embedding,logits")]
    [InlineData("leace", "embedding,h,logits", "h,logits")]
    [InlineData("prediction-only", "embedding,logits,decision", "decision")]
    public async Task A_recipe_forgets_from_a_trained_model_and_the_audit_looks_where_it_releases(
        string recipe,
        string places,
        string released
    )
    {
        var folder = $"recipe-{recipe}";
        var unlearned = await _tool.Run([
            "unlearn",
            "--from",
            AuditedBefore.Name,
            "--recipe",
            recipe,
            .. Learns(recipe) ? new[] { "--epochs", "1" } : [],
            "--threads",
            "1",
            "--out",
            folder,
            "--json",
        ]);
        Assert.True(unlearned.ExitCode == 0, unlearned.Error);
        var audit = await _tool.Run(["audit", "--run", folder, .. AuditedBefore.Flags]);
        Assert.True(audit.ExitCode is 0 or 3 or 4, audit.Error);

        var representations = audit.Json["representations"]!.AsArray().Select(place => place!).ToList();
        Assert.Equal(places, string.Join(',', representations.Select(place => (string)place["name"]!)));
        Assert.Equal(
            released,
            string.Join(',', representations.Where(place => (bool)place["released"]!).Select(place => (string)place["name"]!))
        );
        Assert.Equal(0, (await _tool.Run("report", AuditedBefore.Name, folder, "--out", $"{folder}.html")).ExitCode);
    }

    [Fact]
    public async Task Releasing_the_prediction_alone_leaks_nothing_beyond_it_and_decides_as_before()
    {
        Assert.Equal(
            0,
            (
                await _tool.Run(
                    "unlearn",
                    "--from",
                    AuditedBefore.Name,
                    "--recipe",
                    "prediction-only",
                    "--threads",
                    "1",
                    "--out",
                    "recipe-decides"
                )
            ).ExitCode
        );
        var audit = await _tool.Run(["audit", "--run", "recipe-decides", .. AuditedBefore.Flags]);
        double Fidelity(string run) => (double)JsonNode.Parse(File.ReadAllText(_tool.At($"{run}/run.json")))!["result"]!["fidelity"]!;

        var decision = audit.Json["representations"]!.AsArray().Single(place => (string)place!["name"]! == "decision")!;
        Assert.Equal("discrete", (string)decision["kind"]!);
        Assert.Equal(0, (double)decision["leak"]!["beyondPrediction"]!["value"]!);
        Assert.NotEmpty(decision["certificates"]!.AsArray());
        Assert.Equal(Fidelity(AuditedBefore.Name), Fidelity("recipe-decides"));
    }

    [Theory]
    [InlineData("strict", "glasses,hat", "glasses+hat")]
    [InlineData("leace", "glasses,hat,skin", "glasses+hat+skin")]
    public async Task Several_attributes_of_different_kinds_are_forgotten_at_once_and_audited_each_and_together(
        string recipe,
        string attributes,
        string together
    )
    {
        var folder = $"recipe-several-{recipe}";
        var unlearned = await _tool.Run([
            "unlearn",
            "--from",
            AuditedBefore.Name,
            "--recipe",
            recipe,
            "--forget",
            attributes,
            .. recipe == "strict" ? new[] { "--epochs", "1" } : [],
            "--threads",
            "1",
            "--out",
            folder,
        ]);
        Assert.True(unlearned.ExitCode == 0, unlearned.Error);
        var audit = await _tool.Run(["audit", "--run", folder, .. AuditedBefore.Flags]);
        Assert.True(audit.ExitCode is 0 or 3 or 4, audit.Error);
        Assert.Equal(
            [.. attributes.Split(','), together],
            audit.Json["attributes"]!.AsArray().Select(verdict => (string)verdict!["attribute"]!)
        );
        Assert.All(audit.Json["joint"]!.AsArray(), place => Assert.Equal(together, (string)place!["attribute"]!));
    }

    [Fact]
    public async Task Removing_attention_is_a_recipe_that_trains_from_scratch_on_what_is_forgotten()
    {
        Assert.Equal(
            0,
            (
                await _tool.Run([
                    "unlearn",
                    .. TrainedRun.Flags,
                    "--forget",
                    "glasses",
                    "--recipe",
                    "attention-removal",
                    "--cache",
                    _tool.At("recipe-cache"),
                    "--out",
                    "recipe-removed",
                ])
            ).ExitCode
        );
        var run = JsonNode.Parse(File.ReadAllText(_tool.At("recipe-removed/run.json")))!;
        Assert.Equal("glasses", (string)run["config"]!["attentionRemoval"]!["attributes"]![0]!);
        Assert.NotNull(run["attentionRemoval"]);
    }

    [Theory]
    [InlineData("leace", "--epochs 3", "learns nothing more")]
    [InlineData("leace", "--lambda 1,1,1", "forgets nothing; what forgets is done after it")]
    [InlineData("leace", "--split layer2", "works at the embedding")]
    [InlineData("prediction-only", "--schedule pipelined", "forgets nothing; what forgets is done after it")]
    [InlineData("attention-removal", "", "trains from scratch")]
    [InlineData("mmd", "--schedule local", "no task head")]
    public async Task Flags_that_mean_nothing_to_a_recipe_are_refused(string recipe, string flags, string reason)
    {
        var refused = await _tool.Run([
            "unlearn",
            "--from",
            AuditedBefore.Name,
            "--recipe",
            recipe,
            .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            "--out",
            "recipe-refused",
        ]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.At("recipe-refused")));
    }

    [Fact]
    public async Task A_closed_model_is_not_closed_again()
    {
        Assert.Equal(
            0,
            (
                await _tool.Run("unlearn", "--from", AuditedBefore.Name, "--recipe", "leace", "--threads", "1", "--out", "recipe-closed")
            ).ExitCode
        );
        var again = await _tool.Run("unlearn", "--from", "recipe-closed", "--recipe", "prediction-only", "--out", "recipe-twice");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("closed by its stage erasure already", again.Error, StringComparison.Ordinal);
    }

    private static bool Learns(string recipe) => recipe is not ("leace" or "prediction-only");
}
