using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

/// <summary>Audits of vectors that no model of Efface computed.</summary>
public sealed class VectorAuditTests : IDisposable
{
    private const int Images = 600;

    private readonly Tool _tool = new();

    public VectorAuditTests()
    {
        var random = new Random(2);
        var (clear, gone, labels) = (
            new StringBuilder("v0,v1,v2\n"),
            new StringBuilder("v0,v1,v2\n"),
            new StringBuilder("smile,hat,person,part\n")
        );
        for (var i = 0; i < Images; i++)
        {
            var (smile, hat) = (random.Next(2), random.Next(2));
            string Noise(double shift = 0) => (random.NextDouble() + shift).ToString("F4", CultureInfo.InvariantCulture);
            clear.Append(CultureInfo.InvariantCulture, $"{Noise(hat)},{Noise(smile)},{Noise()}\n");
            gone.Append(CultureInfo.InvariantCulture, $"{Noise()},{Noise(smile)},{Noise()}\n");
            labels.Append(
                CultureInfo.InvariantCulture,
                $"{(smile == 1 ? "yes" : "no")},{(hat == 1 ? "yes" : "no")},p{i / 4},{(i < 200 ? "train" : i < 300 ? "val" : "test")}\n"
            );
        }
        File.WriteAllText(_tool.At("clear.csv"), clear.ToString());
        File.WriteAllText(_tool.At("gone.csv"), gone.ToString());
        File.WriteAllText(_tool.At("labels.csv"), labels.ToString());
    }

    [Fact]
    public async Task Vectors_that_tell_leak_and_everything_to_repeat_it_is_written()
    {
        var audit = await Audit(
            "clear.csv",
            "--task",
            "smile",
            "--split-column",
            "part",
            "--group-column",
            "person",
            "--json",
            "--out",
            "leaks"
        );
        Assert.Equal(3, audit.ExitCode);
        Assert.Equal("Leaks", (string)audit.Json["verdict"]!);
        Assert.Equal(75, (int)audit.Json["images"]!["testGroups"]!);
        Assert.Equal(
            ["audit.json", "report.html", "run.json"],
            Directory.EnumerateFiles(_tool.At("leaks")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        var run = JsonNode.Parse(File.ReadAllText(_tool.At("leaks/run.json")))!;
        Assert.Equal(
            ("audit", _tool.At("clear.csv"), _tool.At("labels.csv")),
            ((string)run["command"]!, (string)run["config"]!["vectors"]!["representations"]!, (string)run["config"]!["vectors"]!["labels"]!)
        );
        Assert.Contains("hat", File.ReadAllText(_tool.At("leaks/report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_and_after_stand_side_by_side_and_nobody_needs_a_task()
    {
        var audit = await Audit("gone.csv", "--before", "clear.csv", "--json", "--out", "sides", "--tolerance", "0.3");
        Assert.NotEqual(3, audit.ExitCode);
        var place = audit.Json["representations"]![0]!;
        Assert.InRange((double)place["before"]!["leak"]!["givenTask"]!["value"]!, 0.4, 0.5);
        Assert.InRange((double)place["leak"]!["givenTask"]!["value"]!, -0.15, 0.15);
        Assert.Null(audit.Json["fidelity"]);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_and_nothing_is_left()
    {
        ToldInLines(
            await _tool.Run(
                "audit",
                "--representations",
                "no.npy",
                "--labels",
                "labels.csv",
                "--attribute",
                "cap",
                "--key",
                "id",
                "--out",
                "wrong"
            ),
            "--key id",
            "--attribute cap",
            "no.npy"
        );
        ToldInLines(await Audit("clear.csv", "--tolerance", "2", "--budget", "quick", "--seeds", "1", "--out", "wrong"), "--tolerance 2");
        ToldInLines(
            await _tool.Run("audit", "--representations", "clear.csv", "--run", "x", "--task", "smile"),
            "--run and --representations",
            "--labels: missing",
            "--task smile"
        );
        ToldInLines(await _tool.Run("audit"), "--run or --representations: missing");
        ToldInLines(await Audit("clear.csv", "--budget", "endless"), "--budget endless: no such budget. Choose one of quick, full");
        Assert.False(Directory.Exists(_tool.At("wrong")));
    }

    public void Dispose() => _tool.Dispose();

    private Task<Outcome> Audit(string vectors, params string[] flags) =>
        _tool.Run([
            "audit",
            "--representations",
            vectors,
            "--labels",
            "labels.csv",
            "--attribute",
            "hat",
            "--attackers",
            "linear",
            .. flags,
        ]);
}
