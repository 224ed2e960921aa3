using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

/// <summary>--weights: a training that starts from what another program saved.</summary>
public sealed class FineTuningTests : IDisposable
{
    private const string Weights = "before/model.safetensors";

    private readonly Tool _tool = new();

    public FineTuningTests(SmallRun small) => small.CopyTo(_tool);

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("train")]
    [InlineData("unlearn --forget glasses --recipe paper")]
    public async Task A_training_starts_from_the_weights_and_records_which_they_were(string command)
    {
        // So small a step changes nothing that a tenth of a percent would show.
        var outcome = await _tool.Run($"{command} {SmallRun.Flags} --weights {Weights} --learning-rate 1e-9 --out tuned");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains("weights: 122 tensors from", outcome.Error, StringComparison.Ordinal);
        var run = JsonNode.Parse(File.ReadAllText(_tool.At("tuned/run.json")))!;
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_tool.At(Weights)))),
            (string?)run["weights"]!["model.safetensors"]
        );
        Assert.EndsWith(Weights, (string?)run["config"]!["weights"]);
        Assert.Equal("imagenet", (string?)run["config"]!["normalise"]);
        Assert.Equal(0.485, (double)JsonNode.Parse(File.ReadAllText(_tool.At("tuned/model.json")))!["normalisation"]!["mean"]![0]!, 6);
        var (before, after) = (Numbers("before"), Numbers("tuned"));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public async Task A_run_does_not_go_on_with_other_weights_under_the_same_name()
    {
        var command = $"train {SmallRun.Flags} --weights {Weights} --out tuned";
        Assert.Equal(0, (await _tool.Run(command)).ExitCode);
        Assert.Equal(0, (await _tool.Run($"{command} --resume")).ExitCode);

        var bytes = File.ReadAllBytes(_tool.At(Weights));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_tool.At(Weights), bytes);

        ToldBesideNotes(await _tool.Run($"{command} --resume"), "--weights", "changed since the run in");
    }

    [Fact]
    public async Task Each_run_s_data_decide_how_it_is_scaled_if_the_user_says_so()
    {
        Assert.Equal(0, (await _tool.Run($"train {SmallRun.Flags} --weights {Weights} --normalise data --out tuned")).ExitCode);
        Assert.Equal(
            JsonNode.Parse(File.ReadAllText(_tool.At("before/model.json")))!["normalisation"]!.ToJsonString(),
            JsonNode.Parse(File.ReadAllText(_tool.At("tuned/model.json")))!["normalisation"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task Everything_wrong_is_told_at_once_and_nothing_is_written()
    {
        ToldInLines(
            await _tool.Run($"train --weights {Checkpoint()} --epochs 0 --model alexnet --out run"),
            "alexnet",
            "--epochs 0",
            "or give --pickle"
        );
        ToldInLines(await _tool.Run("train --pickle --out run"), "Give --weights too");
        ToldInLines(await _tool.Run("train --weights absent.safetensors --out run"), "no such file");
        ToldInLines(await _tool.Run($"unlearn --from before --weights {Weights} --forget glasses --out run"), "Leave one of the two out");
        Assert.False(Directory.Exists(_tool.At("run")));
    }

    [Fact]
    public async Task Weights_that_do_not_fit_are_told_before_the_first_epoch_and_nothing_is_written()
    {
        ToldBesideNotes(
            await _tool.Run($"train {SmallRun.Flags} --weights {OtherNetwork()} --out run"),
            "holds another network",
            "Give weights of resnet18"
        );
        ToldBesideNotes(
            await _tool.Run($"train --config before/run.json --stem imagenet --weights {Weights} --out run"),
            "(8, 3, 3, 3) instead of (8, 3, 7, 7)",
            "Give --stem cifar or fast"
        );
        Assert.False(Directory.Exists(_tool.At("run")));
    }

    // All that shows without --pickle is how it begins.
    private string Checkpoint()
    {
        File.WriteAllBytes(_tool.At("checkpoint.pt"), [0x80, 2, (byte)'.']);
        return _tool.At("checkpoint.pt");
    }

    private string OtherNetwork()
    {
        var header = """{"encoder.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8;
        File.WriteAllBytes(_tool.At("other.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0]);
        return _tool.At("other.safetensors");
    }

    // Those of one layer.
    private float[] Numbers(string run)
    {
        var bytes = File.ReadAllBytes(_tool.At($"{run}/model.safetensors"));
        var begin = 8 + (int)BitConverter.ToInt64(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, begin - 8))!.AsObject();
        var offsets = header["layer4.1.conv2.weight"]!["data_offsets"]!;
        return System
            .Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan((begin + (int)offsets[0]!)..(begin + (int)offsets[1]!)))
            .ToArray();
    }
}
