using Efface.Tests;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>The tool on real faces, each data set in its publishers' layout, with the paper's pairs of task and attributes.</summary>
public sealed class RealFacesTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    /// <summary>Flags of a data set, then task and attributes; then images that are read and columns.</summary>
    public static TheoryData<string, string, string, int> Sets =>
        new()
        {
            { "utkface UTKFace", "gender", "race,age", 23_171 },
            { "fairface fairface", "gender", "race,age", 23_171 },
            { "celeba celeba", "Smiling", "Male,Mustache,Big_Nose", 10_000 },
            { "table celeba-crops --split-column split", "Smiling", "Male,Mustache,Big_Nose", 13_000 },
        };

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Every_row_of_a_real_set_is_read_and_its_floors_are_told(string set, string task, string attributes, int rows)
    {
        var outcome = await _tool.Run([
            "data",
            "inspect",
            .. Flags(set),
            "--task",
            task,
            "--forget",
            attributes,
            "--limit",
            "300",
            "--json",
        ]);

        Assert.Equal(0, outcome.ExitCode);
        var data = outcome.Json["data"]!;
        Assert.Equal(rows, (int)data["reading"]!["rowsRead"]!);
        Assert.Equal((300, 300, 300), ((int)data["counts"]!["train"]!, (int)data["counts"]!["validation"]!, (int)data["counts"]!["test"]!));
        Assert.Empty(outcome.Json["skipped"]!.AsArray());
        Assert.Equal(attributes.Split(','), outcome.Json["floors"]!.AsArray().Select(floor => (string)floor!["attribute"]!));
        Assert.Equal([3, 64, 64], outcome.Json["image"]!.AsArray().Select(side => (int)side!));
    }

    /// <summary>The paper's pairs; first one of each set.</summary>
    public static TheoryData<string, string, string> Pairs =>
        [
            .. new (string, string, string)[]
            {
                ("utkface UTKFace", "gender", "race"),
                ("fairface fairface", "gender", "age"),
                ("celeba celeba", "Smiling", "Male"),
                ("table celeba-crops --split-column split", "Smiling", "Male,Mustache,Big_Nose"),
                ("utkface UTKFace", "gender", "age"),
                ("fairface fairface", "gender", "race"),
                ("celeba celeba", "Smiling", "Mustache"),
                ("celeba celeba", "Smiling", "Big_Nose"),
                ("celeba celeba", "Smiling", "Male,Mustache,Big_Nose"),
            }.Take(HowMany.AtLeast(4)),
        ];

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task The_papers_pairs_are_trained_and_unlearnt(string set, string task, string attributes)
    {
        string[] flags =
        [
            .. Flags(set),
            "--task",
            task,
            "--forget",
            attributes,
            "--stem",
            "fast",
            "--width",
            "0.25",
            "--limit",
            "200",
            "--epochs",
            "1",
            "--batch",
            "32",
            "--threads",
            "1",
        ];
        var before = await _tool.Run(["train", .. flags, "--json", "--out", "before"]);
        Assert.True(before.ExitCode == 0, before.Error);
        var decoded = await CacheSize(set);
        var after = await _tool.Run("unlearn", "--from", "before", "--epochs", "1", "--threads", "1", "--json", "--out", "after");

        Assert.True(after.ExitCode == 0, after.Error);
        var (trained, unlearnt) = (before.Json["run"]!, after.Json["run"]!);
        Assert.Equal((string)trained["data"]!["fingerprint"]!, (string)unlearnt["data"]!["fingerprint"]!);
        Assert.Equal(attributes.Split(','), unlearnt["config"]!["forget"]!.AsArray().Select(name => (string)name!));
        Assert.InRange((double)unlearnt["result"]!["fidelity"]!, 0.3, 1);
        Assert.Equal(decoded, await CacheSize(set));
    }

    private async Task<long> CacheSize(string set)
    {
        var caches = (await _tool.Run("data", "cache", "--root", Path.Combine(RealData.Root(), set.Split(' ')[1]), "--json")).Json[
            "caches"
        ]!.AsArray();
        return (long)Assert.Single(caches)!["entry"]!["bytes"]!;
    }

    private static string[] Flags(string set)
    {
        var parts = set.Split(' ');
        return ["--data", parts[0], "--root", Path.Combine(RealData.Root(), parts[1]), .. parts[2..]];
    }
}
