using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>efface bench measures every way to train, by turns.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] Small =
    [
        "bench",
        "--model",
        "resnet18",
        "--size",
        "16",
        "--width",
        "0.125",
        "--batch",
        "8",
        "--steps",
        "3",
        "--rounds",
        "2",
        "--threads",
        "2",
    ];

    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Every_mode_has_its_time_and_its_ratios()
    {
        var outcome = await _tool.Run([.. Small, "--precision", "fp32,bf16", "--no-memory", "--json"]);
        Assert.Equal(0, outcome.ExitCode);
        var results = outcome.Json["results"]!.AsArray();

        Assert.Equal(["fp32", "bf16"], results.Select(result => (string)result!["case"]!["precision"]!));
        Assert.All(results, result =>
        {
            var timings = result!["timings"]!.AsArray();
            Assert.Equal(["bare", "plain", "raw", "local", "pipelined", "strict"], timings.Select(timing => (string)timing!["mode"]!));
            Assert.All(timings, timing =>
            {
                var (low, median, high) = Range(timing!["milliseconds"]);
                Assert.True(0 < low && low <= median && median <= high);
                Assert.Equal(8 * 1000 / median, (double)timing["imagesPerSecond"]!, 1e-6 * 8000 / median);
                Assert.Null(timing["peakBytes"]);
            });
            Assert.Equal((1, 1, 1), Range(timings[1]!["overPlain"]));
            Assert.Equal((1, 1, 1), Range(timings[2]!["speedUp"]));
            var slowest = result["blockMilliseconds"]!.AsArray().Max(time => (double)time!);
            Assert.Equal(Range(timings[2]!["milliseconds"]).Median / slowest, (double)result["ceiling"]!, 1e-6);
            Assert.Single(result["blockEnds"]!.AsArray());
        });
    }

    // The activations of 192 such images are some hundred megabytes, whatever the allocator does; four images make none.
    [Fact]
    public async Task Memory_is_measured_in_a_process_for_each_mode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems do not tell a process's peak from some moment on");
        var outcome = await _tool.Start(
            "bench --model resnet18 --size 64 --width 0.25 --batch 192 --steps 3 --rounds 2 --threads 1 --json"
        );
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var peaks = outcome.Json["results"]![0]!["timings"]!
            .AsArray()
            .ToDictionary(timing => (string)timing!["mode"]!, timing => (double)timing!["peakBytes"]!);

        Assert.Equal(6, peaks.Count);
        Assert.All(peaks.Values, peak => Assert.InRange(peak, 100e6, 1200e6));
    }

    [Fact]
    public async Task The_table_names_every_mode_and_where_blocks_end()
    {
        var outcome = await _tool.Run([.. Small, "--no-memory", "--blocks", "3"]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.All(
            new[] { "resnet18, 16 pixels, fp32", "blocks end after", "bare", "plain", "raw", "local", "pipelined", "strict" },
            word => Assert.Contains(word, outcome.Output, StringComparison.Ordinal)
        );
        Assert.Contains("turn 2 of 2", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_wrong_is_told_at_once()
    {
        var outcome = await _tool.Run("bench", "--model", "resnet19", "--size", "8", "--steps", "1", "--rounds", "0", "--blocks", "1");

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.All(new[] { "--model resnet19", "--size 8", "--steps 1", "--rounds 0", "--blocks 1" }, flag =>
            Assert.Contains(flag, outcome.Error, StringComparison.Ordinal)
        );
    }

    private static (double Low, double Median, double High) Range(JsonNode? spread) =>
        ((double)spread!["low"]!, (double)spread["median"]!, (double)spread["high"]!);
}
