using Xunit;

namespace Efface.Cli.Tests;

/// <summary>The tool on CIFAR-10 itself, where it is at hand.</summary>
public sealed class RealCifarTests : IDisposable
{
    private readonly Tool _tool = new();

    [Fact]
    public async Task CIFAR_has_its_sixty_thousand_images_in_ten_equal_classes()
    {
        var outcome = await _tool.Run("data", "inspect", "--data", "cifar10", "--root", RealData.Root(), "--forget", "class", "--json");
        Assert.Equal(0, outcome.ExitCode);
        var counts = outcome.Json["data"]!["counts"]!;
        Assert.Equal((45_000, 5_000, 10_000), ((int)counts["train"]!, (int)counts["validation"]!, (int)counts["test"]!));
        Assert.Equal(0.2, (double)outcome.Json["floors"]![0]!["labelOnly"]!["balancedAccuracy"]!["value"]!, 9);
        Assert.Equal(0.1, (double)outcome.Json["floors"]![0]!["majority"]!["accuracy"]!["value"]!, 9);
    }

    [Fact]
    public async Task Living_is_learnt_and_class_is_forgotten_on_real_images()
    {
        var root = RealData.Root();
        string[] flags = ["--width", "0.25", "--stem", "fast", "--limit", "2000", "--threads", "1", "--json"];
        var before = await _tool.Run([
            "train",
            "--data",
            "cifar10",
            "--root",
            root,
            "--forget",
            "class",
            "--epochs",
            "4",
            "--batch",
            "64",
            "--learning-rate",
            "0.05",
            .. flags,
            "--out",
            "before",
        ]);
        Assert.InRange((double)before.Json["run"]!["result"]!["fidelity"]!, 0.72, 1);
        var after = await _tool.Run("unlearn", "--from", "before", "--epochs", "3", "--json", "--out", "after");
        Assert.InRange((double)after.Json["run"]!["result"]!["fidelity"]!, 0.72, 1);

        // Nothing is said of the model before.
        Directory.Delete(_tool.At("before"), recursive: true);
        var audit = await _tool.Run(
            "audit",
            "--run",
            "after",
            "--attackers",
            "lookup,linear",
            "--seeds",
            "1",
            "--parts",
            "controls",
            "--json"
        );
        var code = audit.Json["representations"]!.AsArray().Single(place => (string)place!["name"]! == "code")!;
        Assert.InRange((double)code["leak"]!["givenTask"]!["value"]!, -0.05, 0.06);
    }

    public void Dispose() => _tool.Dispose();
}
