using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Tables of a few small runs on drawn faces.</summary>
public sealed class ReproduceTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task A_table_stands_in_three_forms_beside_the_floors_and_is_made_again_from_its_runs_without_training()
    {
        var command =
            "reproduce table1 --data faces --recipes prediction-only --limit 120 --epochs 1 --width 0.125 --stem fast --size 16 "
            + "--threads 1 --attackers lookup,linear --out table --json";
        var planned = await _tool.Run($"{command} --dry-run");
        Assert.True(planned.ExitCode == 0, planned.Error);
        Assert.Equal(
            ["faces-resnet18-trained-0", "faces-glasses-resnet18-before-0", "faces-glasses-resnet18-prediction-only-0"],
            planned.Json["cells"]!.AsArray().Select(cell => (string)cell!["name"]!)
        );
        Assert.Null(planned.Json["auditSeconds"]);
        Assert.False(Directory.Exists(_tool.At("table/runs")));

        var made = await _tool.Run(command);
        Assert.True(made.ExitCode == 0, made.Error);
        var rows = JsonNode.Parse(File.ReadAllText(_tool.At("table/table1.json")))!["rows"]!.AsArray();
        Assert.Equal(["before", "prediction-only"], rows.Select(row => (string)row!["method"]!));
        // The bare decision is that of the model before, and nothing but what it keeps is kept.
        Assert.Equal((double)rows[0]!["fidelity"]!["value"]!, (double)rows[1]!["fidelity"]!["value"]!, 9);
        Assert.Equal((double)rows[1]!["keptByPrediction"]!, (double)rows[1]!["kept"]!, 0.02);
        var lines = File.ReadAllLines(_tool.At("table/table1.csv"));
        Assert.Equal(3, lines.Length);
        Assert.StartsWith(
            "method,model,data,task,attribute,read,seeds,fidelity.value,fidelity.low,fidelity.high,fidelity.n,attack.value",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.StartsWith("before,resnet18,faces,smile,glasses,glasses,1,", lines[1], StringComparison.Ordinal);
        var page = File.ReadAllText(_tool.At("table/table1.md"));
        Assert.Contains("120 training", page, StringComparison.Ordinal);
        Assert.Contains("| prediction-only |", page, StringComparison.Ordinal);

        // The audit of the model before was made once: those who start from it read it.
        var written = File.GetLastWriteTimeUtc(_tool.At("table/runs/faces-glasses-resnet18-before-0/audit.json"));
        File.Delete(_tool.At("table/runs/faces-glasses-resnet18-prediction-only-0/audit.json"));
        File.Delete(_tool.At("table/table1.md"));
        var missing = await _tool.Run($"{command} --dry-run");
        Assert.Equal(
            "faces-glasses-resnet18-prediction-only-0",
            (string)Assert.Single(missing.Json["cells"]!.AsArray(), cell => !(bool)cell!["isFinished"]!)!["name"]!
        );
        Assert.InRange((double)missing.Json["auditSeconds"]!, 0.01, 600);
        var again = await _tool.Run(command);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(page, File.ReadAllText(_tool.At("table/table1.md")));
        Assert.Contains("prediction-only", Assert.Single(again.ErrorLines, line => line.StartsWith('[')), StringComparison.Ordinal);
        Assert.DoesNotContain("epoch 1/1", again.Error, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_tool.At("table/runs/faces-glasses-resnet18-before-0/audit.json")));
    }

    [Theory]
    [InlineData("table9 --data faces --out x", "no such table or figure")]
    [InlineData("table1 --data faces", "Name the folder of the results")]
    [InlineData("table1 --out x", "cifar10=DIR")]
    [InlineData("table1 --data cifar10 --out x", "says no folder")]
    [InlineData("table1 --data faces --recipes best --out x", "no such recipe")]
    [InlineData("table1 --data faces --jobs 0 --out x", "--jobs 0: below 1")]
    [InlineData("table1 --data faces --seeds 0 --out x", "--seeds 0: below 1")]
    [InlineData("table1 --data faces --models resnet99 --out x", "resnet99")]
    [InlineData("table2 --data faces --out x", "measures time and memory on noise")]
    [InlineData("table2 --epochs 3 --out x", "--epochs: means nothing to table2")]
    [InlineData("table2", "Name the folder of the results")]
    [InlineData("table1 --data faces --seeds -1 --dry-run --out x", "--seeds -1: below 1")]
    [InlineData("table1 --data faces --attackers mpl --out x", "no such attacker")]
    [InlineData("table1 --data faces --recipes strict,strict --out x", "named twice")]
    [InlineData("definition --data faces --recipes paper --out x", "means nothing to definition")]
    [InlineData("figure6 --data faces --models resnet18,resnet34 --out x", "of one network")]
    public async Task What_is_wrong_with_a_table_is_said_and_nothing_is_written(string flags, string fault)
    {
        Refusal.Told(await _tool.Run($"reproduce {flags}"), fault);
        Assert.False(Directory.Exists(_tool.At("x")));
    }
}
