using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Sweeps of a few small runs on drawn faces.</summary>
public sealed class SweepTests(SmallRun small) : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task A_sweep_that_was_stopped_goes_on_names_the_knee_and_its_page_has_fronts_and_maps()
    {
        var command = Tool.Words(
            "sweep --data faces --limit 120 --epochs 2 --width 0.125 --stem fast --size 16 --attackers lookup,linear --grid bits=2,4 "
                + "--grid lambda3=0,5 --jobs 2 --out sweep --json"
        );
        var isStopped = 0;
        var stopped = await _tool.Start(
            null,
            (process, line) =>
            {
                if (line.Contains("epoch 1/2", StringComparison.Ordinal) && Interlocked.Exchange(ref isStopped, 1) == 0)
                    Tool.Send("TERM", process);
            },
            command
        );
        Assert.True(stopped.ExitCode == 130, stopped.Error);
        Assert.False(File.Exists(_tool.At("sweep/sweep.html")));

        var swept = await _tool.Start(null, null, command);
        Assert.True(swept.ExitCode == 0, swept.Error);
        Assert.Equal(4, swept.Json["points"]!.AsArray().Count);
        var knee = (string)swept.Json["knee"]!["row"]!["method"]!;
        Assert.Contains(knee, swept.Json["front"]!.AsArray().Select(point => (string)point!["row"]!["method"]!));
        var page = File.ReadAllText(_tool.At("sweep/sweep.html"));
        Assert.Contains($"<b>{knee}</b>", page, StringComparison.Ordinal);
        Assert.Contains("Leak, points over fidelity", page, StringComparison.Ordinal);
        Assert.Contains("AUM: bits down, lambda3 across", page, StringComparison.Ordinal);
        // Each is a process of its own, and says which.
        Assert.Contains("bits-4-lambda3-5-seed-0: ", swept.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_of_a_sweep_that_start_from_a_run_go_side_by_side_and_leave_its_network_as_it_is()
    {
        small.CopyTo(_tool);
        const string Command = "sweep --from before --epochs 1 --attackers lookup,linear --seeds 2 --out sweep --json";
        var swept = await _tool.Start($"{Command} --grid bits=2 --jobs 2");
        Assert.True(swept.ExitCode == 0, swept.Error);
        Assert.Contains("2 seeds", File.ReadAllText(_tool.At("sweep/sweep.md")), StringComparison.Ordinal);
        // Another share of the threads is no other run.
        Assert.DoesNotContain("epoch", (await _tool.Start($"{Command} --grid bits=2 --jobs 1")).Error, StringComparison.Ordinal);

        Refusal.Told(await _tool.Run($"{Command} --grid width=0.125,0.25"), "--grid width: all points start from the model in");
        Refusal.Told(await _tool.Run("sweep --from sweep/runs/bits-2-seed-0 --grid bits=4 --out again"), "has forgotten something already");
        Refusal.Told(await _tool.Run("unlearn --from before --width 1 --out wider"), "--width 1: the model in");
        Assert.False(Directory.Exists(_tool.At("wider")));
    }

    [Theory]
    [InlineData("", "--grid: missing")]
    [InlineData("--grid colour=red", "cannot be swept")]
    [InlineData("--grid bits=20", "above 12")]
    [InlineData("--grid bits=2 --grid bits=4", "given twice")]
    [InlineData("--grid bits=2 --seed 4", "a sweep has several")]
    public async Task What_is_wrong_with_a_grid_is_said_and_nothing_is_written(string flags, string fault)
    {
        Refusal.Told(await _tool.Run($"sweep --data faces --limit 120 {flags} --out y"), fault);
        Assert.False(Directory.Exists(_tool.At("y")));
    }
}
