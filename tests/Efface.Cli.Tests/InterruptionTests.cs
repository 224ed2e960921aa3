using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Ctrl-C and a polite end from outside: what there is is saved, and said.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly Tool _tool = new();

    public InterruptionTests(SmallRun small) => small.CopyTo(_tool);

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupted_training_says_so_and_leaves_a_usable_run(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "signals are sent with kill");
        var sent = 0;
        var outcome = await _tool.Start(
            null,
            (process, line) =>
            {
                if (line.StartsWith("epoch 1/", StringComparison.Ordinal) && Interlocked.Exchange(ref sent, 1) == 0)
                    Tool.Send(signal, process);
            },
            Tool.Words("train --config before/run.json --epochs 2000 --json --out cut")
        );
        Assert.Equal(130, outcome.ExitCode);
        Assert.Contains("efface: stopping", outcome.Error, StringComparison.Ordinal);
        Assert.True((bool)outcome.Json["run"]!["result"]!["interrupted"]!);

        var result = JsonNode.Parse(File.ReadAllText(_tool.At("cut/run.json")))!["result"]!;
        Assert.True((bool)result["interrupted"]!);
        var finished = (int)result["epochs"]!;
        Assert.InRange(finished, 1, 1999);
        Assert.InRange(File.ReadAllLines(_tool.At("cut/metrics.jsonl")).Length, finished, finished + 1);

        Assert.Equal(0, (await _tool.Run("unlearn --from cut --recipe prediction-only --out mended")).ExitCode);
        Verdicts.Agree(await _tool.Run("certify --run cut --bits 2 --json"), _tool.At("cut/certificate.json"));
    }

    // Two hundred images of 64 pixels through a network of full width in one step: more than ten seconds.
    [Fact]
    public async Task A_long_batch_is_not_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "signals are sent with kill");
        var clock = new Stopwatch();
        var outcome = await _tool.Start(
            null,
            (process, line) =>
            {
                if (!line.StartsWith("glasses:", StringComparison.Ordinal))
                    return;
                Thread.Sleep(TimeSpan.FromSeconds(3));
                clock.Start();
                Tool.Send("TERM", process);
            },
            Tool.Words("train --data faces --forget glasses --limit 200 --size 64 --stem cifar --batch 200 --epochs 1 --out cut")
        );
        Assert.Equal(130, outcome.ExitCode);
        Assert.DoesNotContain("epoch 1/1", outcome.Error, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 7);
    }

    [Fact]
    public async Task An_interrupted_audit_concludes_nothing()
    {
        var outcome = await Interrupted("attack 6/", "audit --run before --attackers linear,mlp --seeds 20 --json");
        Assert.Contains("efface: interrupted.", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_tool.At("before/audit.json")));
    }

    [Fact]
    public async Task An_interrupted_demo_writes_no_report()
    {
        await Interrupted("epoch 1/", $"demo --limit 120 --epochs 2000 {SmallRun.Size} --out cut");
        Assert.False(File.Exists(_tool.At("cut/report.html")));
    }

    /// <summary>Stopped when a line of stderr begins so; nothing is printed as a result.</summary>
    private async Task<Outcome> Interrupted(string when, string line)
    {
        var seen = false;
        var outcome = await _tool.RunUntil(error => seen |= error.StartsWith(when, StringComparison.Ordinal), Tool.Words(line));
        Assert.True(seen, $"never saw '{when}': {outcome.Error}");
        Assert.Equal((130, ""), (outcome.ExitCode, outcome.Output));
        return outcome;
    }
}
