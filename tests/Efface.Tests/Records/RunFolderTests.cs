using System.Text.Json;
using System.Text.Json.Nodes;
using Efface.Auditing;
using Efface.Records;
using Efface.Runs;
using Efface.Tests.Reporting;
using Xunit;

namespace Efface.Tests.Records;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("efface-").FullName;
    private readonly FakeRuns _runs = new();

    public void Dispose()
    {
        _runs.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void A_folder_in_use_is_refused_and_left_alone()
    {
        File.WriteAllText(At("mine.txt"), "mine");
        var problem = Refused(() => RunFolder.Create(_root));
        Assert.Equal(($"`path` {_root}", "already in use"), (problem.Subject.InFlags(), problem.Fault));
        Assert.Equal("mine", File.ReadAllText(At("mine.txt")));
    }

    [Fact]
    public void A_folder_with_nothing_but_a_folder_in_it_is_in_use_too()
    {
        Directory.CreateDirectory(At("inner"));
        Assert.Equal("already in use", Refused(() => RunFolder.Create(_root)).Fault);
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        File.WriteAllText(At("file"), "mine");
        Assert.Equal("already in use", Refused(() => RunFolder.Create(At("file"))).Fault);
        Assert.Contains("cannot be made", Refused(() => RunFolder.Create(At("file/run"))).Fault, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(At("file")));
    }

    [Fact]
    public void New_folders_are_made_with_those_above_them_and_empty_ones_are_taken()
    {
        Assert.Equal(At("a/b/c"), RunFolder.Create(At("a/b/c")).Path);
        Assert.True(Directory.Exists(RunFolder.Create(At("a/b/c")).Path));
    }

    [Fact]
    public void A_folder_that_is_no_run_is_refused_with_the_reason()
    {
        Assert.Equal(
            (_root, "holds no run.json"),
            (Refused(() => RunFolder.Open(_root)).Subject, Refused(() => RunFolder.Open(_root)).Fault)
        );
        Assert.Equal("no such folder", Refused(() => RunFolder.Open(At("nowhere"))).Fault);
    }

    [Fact]
    public void What_is_written_is_read_by_whoever_opens_the_folder()
    {
        var written = _runs.After(Verdict.Inconclusive);
        var read = RunFolder.Open(written.Path);

        Assert.Equal(Text(written.Run), Text(read.Run));
        Assert.Equal(["glasses"], read.Run.Config.Recipe.Forget);
        Assert.Equal(Text(written.Audit), Text(read.Audit));
        Assert.Equal(3, read.Audit!.Representations.Count);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Metrics.Select(epoch => epoch.Epoch));
        Assert.Equal([7, 8], Picture(read));

        byte[]? Picture(RunFolder folder)
        {
            folder.WritePicture("mine.png", [7, 8]);
            return RunFolder.Open(folder.Path).Picture("mine.png");
        }
    }

    [Fact]
    public void An_audit_whose_pictures_cannot_be_written_has_not_been_made()
    {
        var folder = RunFolder.Create(At("run"));
        File.WriteAllText(Path.Combine(folder.Path, "pictures"), "in the pictures' place");

        Assert.ThrowsAny<IOException>(() =>
            new InspectedModel(
                _runs.After(Verdict.Forgotten).Audit!,
                [
                    [1],
                ],
                [
                    [2],
                ],
                []
            ).Write(folder, null)
        );

        Assert.Null(folder.Audit);
    }

    [Fact]
    public void A_run_that_is_not_audited_yet_has_neither_audit_nor_metrics_nor_pictures()
    {
        var folder = RunFolder.Create(At("run"));
        folder.Run = _runs.Before().Run with { Result = null };
        var read = RunFolder.Open(folder.Path);

        Assert.Null(read.Audit);
        Assert.Null(read.Run.Result);
        Assert.Empty(read.Metrics);
        Assert.Null(read.Picture("image-0.png"));
    }

    [Fact]
    public void Writing_again_replaces_and_leaves_no_other_file()
    {
        var folder = RunFolder.Create(At("run"));
        var record = _runs.Before().Run;
        folder.Run = record with { Result = null };
        folder.Run = record;

        Assert.NotNull(RunFolder.Open(folder.Path).Run.Result);
        Assert.Equal("run.json", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(folder.Path))));
    }

    [Fact]
    public void The_run_file_has_the_names_of_the_contract()
    {
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(_runs.Before().Path, "run.json")))!.AsObject();
        Assert.Superset(
            new HashSet<string> { "schemaVersion", "command", "config", "environment", "data", "result" },
            file.Select(entry => entry.Key).ToHashSet()
        );
        Assert.Superset(
            new HashSet<string> { "name", "fingerprint", "counts", "joint" },
            file["data"]!.AsObject().Select(entry => entry.Key).ToHashSet()
        );
    }

    [Fact]
    public void Numbers_that_are_none_are_kept()
    {
        var folder = _runs.After(Verdict.Inconclusive);
        var nothing = new Measured(double.NaN, double.NegativeInfinity, double.PositiveInfinity, 0);
        folder.Audit = folder.Audit! with { Fidelity = nothing };
        Assert.Equal(nothing, RunFolder.Open(folder.Path).Audit!.Fidelity);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1, 2]")]
    [InlineData("{ \"schemaVersion\": 1 }")]
    [InlineData("{ \"command\": \"train\",")]
    public void A_damaged_file_is_refused_by_its_name(string content)
    {
        var folder = _runs.After(Verdict.Leaks);
        foreach (var (name, read) in new (string, Action)[] { ("run.json", () => _ = folder.Run), ("audit.json", () => _ = folder.Audit) })
        {
            File.WriteAllText(Path.Combine(folder.Path, name), content);
            var problem = Refused(read);
            Assert.Equal(Path.Combine(folder.Path, name), problem.Subject.InFlags());
            Assert.Contains("cannot be read", problem.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_of_metrics_that_was_cut_short_is_refused_by_the_files_name()
    {
        var folder = _runs.Before();
        File.AppendAllText(Path.Combine(folder.Path, "metrics.jsonl"), "{\"epoch\":7,\"epo");
        Assert.Contains("metrics.jsonl", Refused(() => _ = folder.Metrics).Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 3)]
    [InlineData(7, 6)]
    [InlineData(9, 6)]
    public void A_run_that_goes_on_keeps_the_lines_before_its_epoch(int epoch, int kept)
    {
        var folder = _runs.Before();
        var before = File.ReadAllLines(Path.Combine(folder.Path, "metrics.jsonl"));
        folder.KeepMetricsBefore(epoch);

        Assert.Equal(before[..kept], File.ReadAllLines(Path.Combine(folder.Path, "metrics.jsonl")));
        Assert.Equal(kept, folder.Metrics.Count);
    }

    [Fact]
    public void Half_a_line_of_a_run_that_was_killed_is_replaced_by_the_whole()
    {
        var folder = _runs.Before();
        var last = folder.Metrics[^1] with { Epoch = 7 };
        File.AppendAllText(Path.Combine(folder.Path, "metrics.jsonl"), "{\"epoch\":7,\"epo");
        folder.KeepMetricsBefore(7);
        folder.Append(last);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], RunFolder.Open(folder.Path).Metrics.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_epoch_has_no_lines_to_keep()
    {
        var folder = RunFolder.Create(At("run"));
        folder.KeepMetricsBefore(1);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void What_was_killed_before_it_had_begun_does_not_keep_a_folder_from_use()
    {
        File.WriteAllText(At("run.json.partial"), "{ \"schemaVers");
        Assert.Equal(_root, RunFolder.Create(_root).Path);
        Assert.False(RunFolder.Holds(_root));
    }

    [Fact]
    public void A_configuration_is_read_from_any_copy_of_a_run_file()
    {
        var folder = _runs.Before();
        File.Copy(Path.Combine(folder.Path, "run.json"), At("copy.json"));
        Assert.Equal(Text(folder.Run.Config), Text(RunFolder.ReadConfig(At("copy.json"))));
    }

    [Fact]
    public void A_configuration_that_is_not_there_or_is_none_is_named()
    {
        Assert.Equal(
            ($"`file` {At("none.json")}", "no such file"),
            (Refused(() => RunFolder.ReadConfig(At("none.json"))).Subject, Refused(() => RunFolder.ReadConfig(At("none.json"))).Fault)
        );
        File.WriteAllText(At("other.json"), "{ \"a\": 1 }");
        Assert.Equal(At("other.json"), Refused(() => RunFolder.ReadConfig(At("other.json"))).Subject);
    }

    [Fact]
    public void A_discarded_run_leaves_nothing()
    {
        var folder = _runs.After(Verdict.Leaks);
        folder.Discard();
        Assert.False(Directory.Exists(folder.Path));
    }

    private string At(string name) => Path.Combine(_root, name);

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, RunFolder.Json);

    private static Problem Refused(Action action) => Assert.Single(Assert.Throws<InvalidInputException>(action).Problems);
}
