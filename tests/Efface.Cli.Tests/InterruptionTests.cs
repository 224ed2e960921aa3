using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Ctrl-C and a polite end from outside: what there is is saved, and said.</summary>
public sealed class InterruptionTests(TrainedRun trained)
{
    private readonly Tool _tool = trained.Tool;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupted_training_says_so_and_leaves_a_usable_run(string signal)
    {
        var cut = $"cut-{signal}";
        var outcome = await Interrupted(
            signal,
            "epoch 1/",
            "train",
            "--config",
            "before/run.json",
            "--epochs",
            "2000",
            "--json",
            "--out",
            cut
        );
        Assert.Equal(130, outcome.ExitCode);
        Assert.Contains("efface: stopping", outcome.Error, StringComparison.Ordinal);
        Assert.True((bool)outcome.Json["run"]!["result"]!["interrupted"]!);

        var result = JsonNode.Parse(File.ReadAllText(_tool.At($"{cut}/run.json")))!["result"]!;
        Assert.True((bool)result["interrupted"]!);
        var finished = (int)result["epochs"]!;
        Assert.InRange(finished, 1, 1999);
        Assert.InRange(File.ReadAllLines(_tool.At($"{cut}/metrics.jsonl")).Length, finished, finished + 1);

        Assert.Equal(
            0,
            (await _tool.Run("unlearn", "--from", cut, "--epochs", "1", "--threads", "1", "--out", $"mended-{signal}")).ExitCode
        );
        Assert.Contains((await _tool.Run("audit", "--run", cut, "--attackers", "linear")).ExitCode, new[] { 0, 3, 4 });
    }

    [Fact]
    public async Task An_interrupted_audit_concludes_nothing()
    {
        Assert.Equal(0, (await _tool.Run("train", "--config", "before/run.json", "--out", "unaudited")).ExitCode);
        var outcome = await Interrupted("INT", "attack 6/", "audit", "--run", "unaudited", "--seeds", "20", "--json");
        Assert.Equal((130, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("efface: interrupted.", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_tool.At("unaudited/audit.json")));
    }

    [Fact]
    public async Task An_interrupted_demo_writes_no_report()
    {
        var outcome = await Interrupted(
            "INT",
            "epoch 1/",
            "demo",
            "--limit",
            "200",
            "--epochs",
            "2000",
            "--width",
            "0.125",
            "--size",
            "32",
            "--threads",
            "1",
            "--out",
            "cut-demo"
        );
        Assert.Equal((130, ""), (outcome.ExitCode, outcome.Output));
        Assert.False(File.Exists(_tool.At("cut-demo/report.html")));
    }

    /// <summary>Sends the signal when a line of stderr begins so.</summary>
    private async Task<Outcome> Interrupted(string signal, string when, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "signals are sent with kill");
        var sent = false;
        void Interrupt(Process process, string line)
        {
            if (sent || !line.StartsWith(when, StringComparison.Ordinal))
                return;
            sent = true;
            Tool.Send(signal, process);
        }
        var outcome = await _tool.Run(null, Interrupt, arguments);
        Assert.True(sent, $"never saw '{when}': {outcome.Error}");
        return outcome;
    }
}
