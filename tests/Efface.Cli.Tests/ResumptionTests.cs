using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>--resume: however a run was stopped, it goes on to the weights of one that was not.</summary>
public sealed class ResumptionTests(CutRun cut) : IClassFixture<CutRun>
{
    private readonly Tool _tool = cut.Tool;

    [Fact]
    public async Task A_run_that_was_killed_at_any_moment_goes_on_to_the_same_weights()
    {
        // Some moments fall before there is a run.json, some inside an epoch, some while the state is saved.
        var kills = int.Parse(Environment.GetEnvironmentVariable("EFFACE_KILLS") ?? "2", CultureInfo.InvariantCulture);
        var seed = int.Parse(
            Environment.GetEnvironmentVariable("EFFACE_KILL_SEED") ?? $"{Environment.TickCount & 0xFFFF}",
            CultureInfo.InvariantCulture
        );
        var random = new Random(seed);
        string pipelined = $"unlearn --recipe paper --schedule pipelined {CutRun.Flags}",
            strict = $"unlearn {CutRun.Flags}";
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, (await _tool.Start($"{pipelined} --out pipelined")).ExitCode);
        var duration = clock.Elapsed;

        for (var i = 0; i < kills; i++)
        {
            var (command, whole) = i % 2 == 0 ? (pipelined, new RunFiles(_tool.At("pipelined"))) : (strict, cut.Whole);
            var files = new RunFiles(_tool.At($"killed-{i}"));
            var story = $"(EFFACE_KILL_SEED={seed}, run {i}, killed after";
            for (var again = 0; again == 0 || again == 1 && random.Next(2) == 0; again++)
            {
                var moment = random.NextDouble() * duration;
                story += string.Create(CultureInfo.InvariantCulture, $" {moment.TotalSeconds:F2} s");
                var killed = await _tool.StartFor(moment, Tool.Words($"{command} --resume --out {files.Path}"));
                Assert.True(killed.ExitCode is 0 or 137, $"{story}): {killed.Error}");
                files.AreWhole($"{story})");
            }

            var resumed = await _tool.Run($"{command} --resume --out {files.Path}");
            Assert.True(resumed.ExitCode == 0, $"{story}): {resumed.Error}");
            files.EndedAs(whole, $"{story})");
            TestContext.Current.TestOutputHelper?.WriteLine($"{story})");
            Directory.Delete(files.Path, recursive: true);
        }
    }

    [Fact]
    public async Task After_Ctrl_C_a_run_goes_on_without_being_told_its_flags_again()
    {
        Assert.Equal(130, cut.Outcome.ExitCode);
        var resumed = cut.Copy("resumed");
        Assert.True(File.Exists(resumed.At("checkpoint/state.safetensors")));

        Assert.Equal(0, (await _tool.Run("unlearn --resume --out resumed")).ExitCode);
        resumed.EndedAs(cut.Whole);
    }

    [Fact]
    public async Task A_finished_run_is_finished()
    {
        var before = cut.Whole.Bytes;
        var outcome = await _tool.Run("unlearn --resume --out whole");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(before, cut.Whole.Bytes);
    }

    [Fact]
    public async Task A_run_that_was_killed_between_its_last_line_and_the_end_of_its_state_leaves_none()
    {
        // The state of the cut run stands for the last one.
        var finished = cut.Copy("finished");
        foreach (var (name, bytes) in cut.Whole.Bytes)
            File.WriteAllBytes(finished.At(name), bytes);

        Assert.Equal(0, (await _tool.Run("unlearn --resume --out finished")).ExitCode);
        finished.EndedAs(cut.Whole);
    }

    [Theory]
    [InlineData("unlearn --seed 7 --epochs 5", "--epochs 5", "--seed 7")]
    [InlineData("unlearn --recipe paper --schedule pipelined --blocks layer1", "--recipe paper", "--schedule pipelined", "--blocks layer1")]
    [InlineData("unlearn --limit 200", "--limit 200")]
    [InlineData("train --seed 7", "is a run of efface unlearn", "--seed 7")]
    public async Task Another_run_than_the_one_that_began_is_refused_with_every_difference(string arguments, params string[] told)
    {
        var before = cut.Cut.Bytes;
        Refusal.Told(await _tool.Run($"{arguments} --resume --out cut"), told);
        Assert.Equal(before, cut.Cut.Bytes);
    }

    [Fact]
    public async Task Data_that_changed_since_the_run_began_are_refused()
    {
        var rows = PictureTable.Write(_tool, "set", 100);
        var outcome = await _tool.Run(
            "train --data table --root set --task shape --width 0.125 --stem fast --size 16 --threads 1 --epochs 1 --out table"
        );
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var before = new RunFiles(_tool.At("table")).Bytes;
        PictureTable.WriteTable(
            _tool,
            "set",
            rows.Select((row, i) => i == 3 ? row.Replace("bright", "dork").Replace("dark", "bright").Replace("dork", "dark") : row)
        );

        Refusal.ToldInLines(await _tool.Run("train --resume --out table"), "other data");
        Assert.Equal(before, new RunFiles(_tool.At("table")).Bytes);
    }

    [Fact]
    public async Task Nobody_can_go_on_without_saying_with_which_run() => Refusal.ToldInLines(await _tool.Run("unlearn --resume"), "--out");

    [Fact]
    public async Task Where_no_run_has_begun_one_is_started()
    {
        Assert.Equal(0, (await _tool.Run($"unlearn {CutRun.Flags} --resume --out new")).ExitCode);
        new RunFiles(_tool.At("new")).EndedAs(cut.Whole);
    }

    [Fact]
    public async Task Where_the_disk_is_full_the_last_good_state_stays_and_is_gone_on_from()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what a file may hold is limited by ulimit");
        var full = cut.Copy("full");
        var state = File.ReadAllBytes(full.At("checkpoint/state.safetensors"));

        // Neither the state nor the model has room.
        var outcome = await _tool.StartWithin(100, Tool.Words("unlearn --resume --out full"));
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("the state of the training cannot be saved", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("The last one that could stays", outcome.Error, StringComparison.Ordinal);
        Assert.Matches("efface: --out full: cannot be written .*[Ff]ree space.*--resume", outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(state, File.ReadAllBytes(full.At("checkpoint/state.safetensors")));
        full.AreWhole("on a full disk");

        Assert.Equal(0, (await _tool.Run("unlearn --resume --out full")).ExitCode);
        full.EndedAs(cut.Whole);
    }

    [Fact]
    public async Task Where_there_is_room_for_the_model_alone_the_training_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what a file may hold is limited by ulimit");
        var narrow = cut.Copy("narrow");
        var outcome = await _tool.StartWithin((int)(cut.Whole.Weights.Length / 1024) + 100, Tool.Words("unlearn --resume --out narrow"));

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("the state of the training cannot be saved", outcome.Error, StringComparison.Ordinal);
        narrow.EndedAs(cut.Whole);
    }

    [Fact]
    public async Task A_new_run_on_a_full_disk_leaves_nothing_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what a file may hold is limited by ulimit");
        var outcome = await _tool.StartWithin(100, Tool.Words($"unlearn {CutRun.Flags} --out none"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("There is none to go on from yet", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was left behind", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_tool.At("none")));
    }
}
