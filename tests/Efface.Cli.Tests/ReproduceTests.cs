using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>Tables and sweeps of a few small runs on drawn faces.</summary>
public sealed class ReproduceTests : IDisposable
{
    private static readonly string[] Scale =
    [
        "--limit",
        "120",
        "--epochs",
        "1",
        "--width",
        "0.125",
        "--stem",
        "fast",
        "--size",
        "32",
        "--threads",
        "1",
        "--attackers",
        "lookup,linear",
    ];

    private readonly Tool _tool = new();

    [Fact]
    public async Task A_table_stands_in_three_forms_beside_the_floors_and_is_made_again_from_its_runs_without_training()
    {
        string[] command =
        [
            "reproduce",
            "table1",
            "--data",
            "faces",
            "--recipes",
            "strict,leace,prediction-only",
            .. Scale,
            "--out",
            "table",
            "--json",
        ];
        var planned = await _tool.Run([.. command, "--dry-run"]);
        Assert.True(planned.ExitCode == 0, planned.Error);
        Assert.Equal(
            [
                "faces-resnet18-trained-0",
                "faces-glasses-resnet18-before-0",
                "faces-glasses-resnet18-strict-0",
                "faces-glasses-resnet18-leace-0",
                "faces-glasses-resnet18-prediction-only-0",
            ],
            planned.Json["cells"]!.AsArray().Select(cell => (string)cell!["name"]!)
        );
        Assert.Null(planned.Json["auditSeconds"]);
        Assert.False(Directory.Exists(_tool.At("table/runs")));

        var made = await _tool.Run(command);
        Assert.True(made.ExitCode == 0, made.Error);
        var rows = JsonNode.Parse(File.ReadAllText(_tool.At("table/table1.json")))!["rows"]!.AsArray();
        Assert.Equal(["before", "strict", "leace", "prediction-only"], rows.Select(row => (string)row!["method"]!));
        Assert.All(rows, row => Assert.InRange((double)row!["fidelity"]!["value"]!, 0, 1));
        // What is kept without anything but the decision is what the decision keeps.
        Assert.Equal((double)rows[3]!["keptByPrediction"]!, (double)rows[3]!["kept"]!, 0.02);
        var lines = File.ReadAllLines(_tool.At("table/table1.csv"));
        Assert.Equal(5, lines.Length);
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
        File.Delete(_tool.At("table/runs/faces-glasses-resnet18-leace-0/audit.json"));
        File.Delete(_tool.At("table/table1.md"));
        var missing = await _tool.Run([.. command, "--dry-run"]);
        Assert.Equal(
            "faces-glasses-resnet18-leace-0",
            (string)Assert.Single(missing.Json["cells"]!.AsArray(), cell => !(bool)cell!["isFinished"]!)!["name"]!
        );
        Assert.InRange((double)missing.Json["auditSeconds"]!, 0.01, 600);
        var again = await _tool.Run(command);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(page, File.ReadAllText(_tool.At("table/table1.md")));
        Assert.Contains("leace", Assert.Single(again.Error.Split('\n'), line => line.StartsWith('[')), StringComparison.Ordinal);
        Assert.DoesNotContain("epoch 1/1", again.Error, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_tool.At("table/runs/faces-glasses-resnet18-before-0/audit.json")));
    }

    [Fact]
    public async Task A_sweep_that_was_stopped_goes_on_names_the_knee_and_its_page_has_fronts_and_maps()
    {
        string[] command =
        [
            "sweep",
            "--data",
            "faces",
            "--limit",
            "120",
            "--epochs",
            "2",
            "--width",
            "0.125",
            "--stem",
            "fast",
            "--size",
            "32",
            "--attackers",
            "lookup,linear",
            "--grid",
            "bits=2,4",
            "--grid",
            "lambda3=0,5",
            "--jobs",
            "2",
            "--out",
            "sweep",
            "--json",
        ];
        var isStopped = 0;
        var stopped = await _tool.Run(
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

        var swept = await _tool.Run(command);
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
        var trained = await _tool.Run(
            "train",
            "--data",
            "faces",
            "--limit",
            "120",
            "--epochs",
            "1",
            "--width",
            "0.125",
            "--stem",
            "fast",
            "--size",
            "32",
            "--out",
            "before"
        );
        Assert.True(trained.ExitCode == 0, trained.Error);
        string[] command =
        [
            "sweep",
            "--from",
            "before",
            "--epochs",
            "1",
            "--attackers",
            "lookup,linear",
            "--seeds",
            "2",
            "--out",
            "sweep",
            "--json",
        ];

        var swept = await _tool.Run([.. command, "--grid", "bits=2", "--jobs", "2"]);
        Assert.True(swept.ExitCode == 0, swept.Error);
        Assert.Contains("2 seeds", File.ReadAllText(_tool.At("sweep/sweep.md")), StringComparison.Ordinal);
        // Another share of the threads is no other run.
        Assert.DoesNotContain("epoch", (await _tool.Run([.. command, "--grid", "bits=2", "--jobs", "1"])).Error, StringComparison.Ordinal);

        var other = await _tool.Run([.. command, "--grid", "width=0.125,0.25"]);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("--grid width: all points start from the model in", other.Error, StringComparison.Ordinal);
        var coded = await _tool.Run("sweep", "--from", "sweep/runs/bits-2-seed-0", "--grid", "bits=4", "--out", "again");
        Assert.Equal(2, coded.ExitCode);
        Assert.Contains("has forgotten something already", coded.Error, StringComparison.Ordinal);
        var wider = await _tool.Run("unlearn", "--from", "before", "--width", "1", "--out", "wider");
        Assert.Equal(2, wider.ExitCode);
        Assert.Contains("--width 1: the model in", wider.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.At("wider")));
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
        var refused = await _tool.Run(["reproduce", .. flags.Split(' ')]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(fault, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.At("x")));
    }

    [Theory]
    [InlineData("", "--grid: missing")]
    [InlineData("--grid colour=red", "cannot be swept")]
    [InlineData("--grid bits=20", "not a usable size")]
    [InlineData("--grid bits=2 --grid bits=4", "given twice")]
    [InlineData("--grid bits=2 --seed 4", "a sweep has several")]
    public async Task What_is_wrong_with_a_grid_is_said_and_nothing_is_written(string flags, string fault)
    {
        var refused = await _tool.Run([
            "sweep",
            "--data",
            "faces",
            "--limit",
            "120",
            .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            "--out",
            "y",
        ]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(fault, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.At("y")));
    }

    public void Dispose() => _tool.Dispose();
}
