using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>From training to the report, on one small model.</summary>
public sealed class RunsTests : IDisposable
{
    private readonly SmallRun _small;
    private readonly Tool _tool = new();

    public RunsTests(SmallRun small)
    {
        _small = small;
        small.CopyTo(_tool);
    }

    public void Dispose() => _tool.Dispose();

    [Fact]
    public void Training_leaves_a_whole_run_folder_and_prints_one_object()
    {
        Assert.Equal(_small.Path, (string)_small.Outcome.Json["folder"]!);
        Assert.Equal(
            ["events.out.tfevents.efface", "metrics.jsonl", "model.json", "model.safetensors", "run.json"],
            Directory.EnumerateFiles(_small.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        var epoch = JsonNode.Parse(Assert.Single(File.ReadAllLines(_tool.At("before/metrics.jsonl"))))!;
        Assert.Equal((double)_small.Outcome.Json["run"]!["result"]!["fidelity"]!, (double)epoch["fidelity"]!, 9);
        Assert.Contains("epoch 1/1", _small.Outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', _small.Outcome.Error);
    }

    [Fact]
    public async Task The_same_configuration_trains_the_same_weights_and_another_seed_others()
    {
        Assert.Equal(0, (await _tool.Run("train --config before/run.json --out again")).ExitCode);
        Assert.Equal(0, (await _tool.Run("train --config before/run.json --seed 5 --out other")).ExitCode);
        var weights = File.ReadAllBytes(_tool.At("before/model.safetensors"));
        Assert.Equal(weights, File.ReadAllBytes(_tool.At("again/model.safetensors")));
        Assert.NotEqual(weights, File.ReadAllBytes(_tool.At("other/model.safetensors")));
    }

    // With channels-last maps and two threads, oneDNN's convolutions of few channels wrote beyond their memory: "free(): invalid next
    // size". That ends a process.
    [Fact]
    public async Task Two_threads_train_a_network_of_few_channels()
    {
        var outcome = await _tool.Start("train --config before/run.json --threads 2 --remove-attention glasses --out two-threads");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
    }

    [Fact]
    public async Task A_model_before_and_its_audited_one_after_are_reported_on_one_page()
    {
        await _small.CopyAuditedTo(_tool);
        Assert.Equal(0, (await _tool.Run("report before after --out page.html")).ExitCode);
        var page = File.ReadAllText(_tool.At("page.html"));
        Assert.Contains("glasses", page, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_goes_to_stdout_or_into_a_file()
    {
        var summary = await _tool.Run("report before --markdown");
        Assert.Equal(0, summary.ExitCode);
        Assert.StartsWith("## ", summary.Output, StringComparison.Ordinal);
        var written = await _tool.Run("report before --markdown summary.md --json");
        Assert.Equal(_tool.At("summary.md"), (string)written.Json["markdown"]!);
        Assert.StartsWith("## ", File.ReadAllText(_tool.At("summary.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--markdown before before", "Put --markdown behind the runs")]
    [InlineData("before --markdown --json", "Give --markdown FILE")]
    [InlineData("before --out page.html --markdown", "--markdown writes none")]
    public async Task A_summary_that_has_nowhere_to_go_is_refused(string arguments, string told) =>
        Refusal.ToldInLines(await _tool.Run($"report {arguments}"), told);

    [Fact]
    public async Task What_is_to_stay_readable_is_trained_for_and_written_down()
    {
        var outcome = await _tool.Run(
            "unlearn --from before --forget glasses --retain hat --lambda 1,1,3 --bits 3 --probe 1 --steer --epochs 1 --json --out retained"
        );
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("hat", (string)outcome.Json["run"]!["config"]!["retain"]![0]!);
        var metrics = File.ReadLines(_tool.At("retained/metrics.jsonl")).First();
        Assert.Contains("retainedLoss.hat", metrics, StringComparison.Ordinal);
        Assert.Contains("reconstructionError", metrics, StringComparison.Ordinal);
        Assert.Contains("\"probedLeaks\":{\"glasses\":", metrics, StringComparison.Ordinal);
        // A code can be certified at once.
        var certified = await _tool.Run("certify --run retained --json");
        Verdicts.Agree(certified, _tool.At("retained/certificate.json"));
        Assert.Equal(8, certified.Json["counts"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_model_is_trained_and_audited_on_images_without_the_area_that_tells_an_attribute()
    {
        var outcome = await _tool.Run(
            $"train {SmallRun.Flags} --forget glasses --remove-attention glasses,hat --fraction 0.2 --fill blur --cache cache --json "
                + "--out removed"
        );
        Assert.Equal(0, outcome.ExitCode);
        var run = outcome.Json["run"]!;
        Assert.Equal(
            """{"attributes":["glasses","hat"],"fraction":0.2,"fill":"Blur"}""",
            run["config"]!["attentionRemoval"]!.ToJsonString()
        );
        Assert.Equal(["glasses", "hat"], run["attentionRemoval"]!["attributes"]!.AsArray().Select(read => (string)read!["attribute"]!));
        // The data are those without removal, and so is what identifies them.
        Assert.Equal((string)_small.Outcome.Json["run"]!["data"]!["fingerprint"]!, (string)run["data"]!["fingerprint"]!);
        Assert.NotEqual((string)run["data"]!["fingerprint"]!, (string)run["attentionRemoval"]!["fingerprint"]!);
        Assert.All(["attended-0.png", "attention-0.png", "removed-0.png"], name =>
            Assert.True(File.Exists(_tool.At($"removed/pictures/{name}")))
        );

        // Gone from the cache, the images are made again; an audit of others is refused.
        Directory.Delete(_tool.At("cache/removed"), recursive: true);
        var audit = await _tool.Run("audit --run removed --attackers linear --seeds 1 --json");
        Verdicts.Agree(audit, _tool.At("removed/audit.json"));
        var reading = Assert.Single(audit.Json["reconstruction"]!["attributes"]!.AsArray());
        Assert.Equal("glasses", (string)reading!["attribute"]!);
        Assert.Equal(120, (int)reading["onReconstructed"]!["n"]!);

        Assert.Equal(0, (await _tool.Run("report removed --out removed.html")).ExitCode);
        Assert.Contains("What was removed from the images", File.ReadAllText(_tool.At("removed.html")), StringComparison.Ordinal);

        var told = (string)run["attentionRemoval"]!["fingerprint"]!;
        File.WriteAllText(
            _tool.At("removed/run.json"),
            File.ReadAllText(_tool.At("removed/run.json")).Replace(told, new string('0', 64), StringComparison.Ordinal)
        );
        Refusal.ToldInLines(await _tool.Run("audit --run removed"), "made again");
    }

    [Fact]
    public async Task The_papers_recipe_forgets_several_attributes_beside_a_split_in_the_middle()
    {
        var outcome = await _tool.Run("unlearn --from before --recipe paper --forget glasses,hat --epochs 1 --json --out paper");
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("layer", (string)outcome.Json["run"]!["config"]!["split"]!, StringComparison.Ordinal);
        Assert.Contains("attributeInformation.hat", File.ReadAllText(_tool.At("paper/metrics.jsonl")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smirk", "not in data set")]
    [InlineData("smile", "the task itself")]
    public async Task An_audit_for_what_cannot_be_sought_is_refused(string attribute, string told) =>
        Refusal.ToldInLines(await _tool.Run($"audit --run before --attribute {attribute}"), told);

    [Fact]
    public async Task A_report_for_a_folder_that_is_not_there_is_no_fault_of_ours() =>
        Refusal.ToldInLines(await _tool.Run("report before --out nowhere/page.html"), "nowhere/page.html");

    [Fact]
    public async Task The_demo_tells_the_whole_story()
    {
        var outcome = await _tool.Run("demo --limit 120 --epochs 1 --width 0.125 --stem fast --size 16 --threads 1 --out demo");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("before", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("verdict", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(_tool.At("demo/report.html"), outcome.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.True(File.Exists(_tool.At("demo/report.html")));
        Assert.DoesNotContain("NNPACK", outcome.Error, StringComparison.Ordinal);
    }
}
