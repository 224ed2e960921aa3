using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

public sealed class BadInputTests : IDisposable
{
    private readonly Tool _tool = new();

    [Theory]
    [InlineData("train --bogus", "bogus")]
    [InlineData("trian", "trian")]
    [InlineData("train --data nothing", "--data nothing", "faces, cifar10")]
    [InlineData("train --data cifar10", "--root")]
    [InlineData("train --data cifar10 --root nowhere", "nowhere", "cifar-10-batches-bin")]
    [InlineData("train --data faces --limit 40 --task smirk", "smirk", "smile")]
    [InlineData("unlearn --data faces --limit 40 --task smile --forget smile", "--forget smile", "the task itself")]
    [InlineData("unlearn --data faces --limit 40 --forget glasses,glasses", "named twice")]
    [InlineData("unlearn --data faces --limit 40 --retain smile", "--retain smile", "the task itself")]
    [InlineData("unlearn --data faces --limit 40 --forget glasses --retain glasses", "--retain glasses", "is to be forgotten")]
    [InlineData("unlearn --data faces --limit 40 --recipe paper --retain hat", "--retain hat", "--recipe strict")]
    [InlineData("unlearn --data faces --limit 40 --probe 0", "--probe 0", "below 1")]
    [InlineData("unlearn --data faces --limit 40 --steer", "--steer", "--probe 2")]
    [InlineData("unlearn --recipe magic", "--recipe magic", "strict, paper, adversarial, reversal")]
    [InlineData("unlearn --objective magic", "--objective magic", "confusion")]
    [InlineData("unlearn --lambda 1,x,2", "--lambda", "'x' is not a number")]
    [InlineData("unlearn --recipe hsic --schedule local", "--schedule local", "--recipe adversarial")]
    [InlineData("unlearn --distil 2", "--distil 2", "--from the run folder")]
    [InlineData("unlearn --distil -1", "--distil -1", "0 for none")]
    [InlineData("train --stem magic --limit 40", "--stem magic", "cifar, imagenet, fast")]
    [InlineData("train --split magic --limit 40", "magic", "layer2")]
    [InlineData("train --limit 3", "--limit 3")]
    [InlineData("train --config nowhere.json", "nowhere.json", "no such file")]
    [InlineData("unlearn --from nowhere", "nowhere", "no such folder")]
    [InlineData("audit --run nowhere", "nowhere", "no such folder")]
    [InlineData("report nowhere", "nowhere", "no such folder")]
    public async Task A_mistake_is_told_in_a_line_with_its_remedy_and_leaves_nothing(string arguments, params string[] told)
    {
        var writesRun = arguments.Split(' ')[0] is not ("audit" or "report");
        var outcome = await _tool.Run(arguments + (writesRun ? " --out run" : ""));
        Told(outcome, told);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_tool.Folder));
    }

    [Theory]
    [InlineData("unlearn", "--forget", "")]
    [InlineData("unlearn", "--forget", " , ")]
    [InlineData("train", "--remove-attention", "")]
    [InlineData("audit", "--attribute", "")]
    [InlineData("audit", "--stages", ",")]
    public async Task An_empty_list_of_names_is_not_taken_for_the_usual_ones(string command, string flag, string list) =>
        ToldInLines(
            await _tool.Run([command, flag, list, .. command == "audit" ? new[] { "--run", "nowhere" } : ["--limit", "40"]]),
            $"{flag} \"{list}\": names nothing"
        );

    [Fact]
    public async Task Every_mistake_is_told_at_once() =>
        ToldInLines(
            await _tool.Run("train", "--data", "nothing", "--epochs", "0", "--model", "magic", "--width", "-1"),
            "--model magic",
            "--width -1",
            "--epochs 0",
            "--data nothing"
        );

    [Fact]
    public async Task A_file_of_the_wrong_length_is_named()
    {
        var root = ToyCifar.Write(_tool, i => (byte)(i % 10));
        File.WriteAllBytes(Path.Combine(root, "cifar-10-batches-bin", "data_batch_3.bin"), new byte[5000]);
        File.Delete(Path.Combine(root, "cifar-10-batches-bin", "test_batch.bin"));
        ToldInLines(
            await _tool.Run("train", "--data", "cifar10", "--root", root),
            "data_batch_3.bin: 5,000 bytes",
            "test_batch.bin: missing"
        );
    }

    [Fact]
    public async Task A_label_out_of_range_is_named_with_its_record() =>
        Told(
            await _tool.Run("train", "--data", "cifar10", "--root", ToyCifar.Write(_tool, i => i == 7 ? (byte)12 : (byte)(i % 10))),
            "record 7",
            "label 12"
        );

    [Fact]
    public async Task A_task_of_one_class_is_refused() =>
        Told(
            await _tool.Run("train", "--data", "cifar10", "--root", ToyCifar.Write(_tool, i => (byte)(2 + i % 2))),
            "column 'living'",
            "fewer than two classes"
        );

    [Fact]
    public async Task An_attribute_that_the_task_determines_is_refused() =>
        Told(
            await _tool.Run(
                "unlearn",
                "--data",
                "cifar10",
                "--root",
                ToyCifar.Write(_tool, i => (byte)(i % 10)),
                "--task",
                "class",
                "--forget",
                "living"
            ),
            "--forget living",
            "determines it"
        );

    [Fact]
    public async Task Both_of_two_columns_that_are_not_there_are_named() =>
        ToldInLines(
            await _tool.Run("unlearn", "--limit", "40", "--size", "16", "--task", "smirk", "--forget", "monocle"),
            "column 'smirk'",
            "column 'monocle'"
        );

    [Fact]
    public async Task A_folder_in_use_is_left_alone()
    {
        Directory.CreateDirectory(_tool.At("run"));
        File.WriteAllText(_tool.At("run/mine.txt"), "mine");
        Told(await _tool.Run("train", "--limit", "40", "--epochs", "1", "--out", "run"), $"--out {_tool.At("run")}", "already in use");
        Assert.Equal("mine", File.ReadAllText(_tool.At("run/mine.txt")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_tool.At("file"), "");
        Told(await _tool.Run("train", "--limit", "40", "--epochs", "1", "--out", "file/run"), "file/run", "cannot be made");
    }

    public void Dispose() => _tool.Dispose();
}
