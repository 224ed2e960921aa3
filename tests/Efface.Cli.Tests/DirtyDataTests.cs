using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>A user's own table with everything wrong that can be.</summary>
public sealed class DirtyDataTests : IDisposable
{
    private static readonly string[] Flags =
    [
        "--data",
        "table",
        "--root",
        "set",
        "--split-column",
        "part",
        "--task",
        "shape",
        "--forget",
        "tint",
        "--size",
        "16",
    ];
    private static readonly string[] Quick = ["--epochs", "1", "--stem", "fast", "--width", "0.125", "--batch", "16", "--threads", "1"];
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Everything_wrong_is_told_at_once_with_row_column_and_value()
    {
        Spoil(PictureTable.Write(_tool, "set", 100));

        var outcome = await _tool.Run(["train", .. Flags, "--out", "run"]);

        Refusal.Told(
            outcome,
            "labels.csv row 4 '3 fields': has not the 4 fields of the header",
            "labels.csv row 5 column shape: has no value",
            "labels.csv row 6 column part 'later': says neither train, validation nor test",
            "labels.csv row 7 column file '../../outside.png': names an image outside the root",
            "labels.csv row 8 'images/nowhere.png': is missing",
            "labels.csv row 9 'images/007.png': is empty",
            "labels.csv row 10 'images/008.png': is truncated or corrupt",
            "labels.csv row 11 'images/009.png': is no picture in a format that Efface reads",
            "2 rows (labels.csv row 12 column tint",
            "--on-bad"
        );
        Assert.False(Directory.Exists(_tool.At("run")));
    }

    [Fact]
    public async Task Skipped_rows_are_listed_in_the_run_folder_and_the_run_goes_on()
    {
        Spoil(PictureTable.Write(_tool, "set", 100));

        var outcome = await _tool.Run(["train", .. Flags, .. Quick, "--on-bad", "skip", "--json", "--out", "run"]);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var lines = File.ReadAllLines(_tool.At("run/skipped.csv"));
        Assert.Equal("file,row,column,value,fault,remedy", lines[0]);
        Assert.Equal([4, 5, 6, 7, 8, 9, 10, 11, 12, 102], lines[1..].Select(line => int.Parse(line.Split(',')[1])).Order());
        var reading = JsonNode.Parse(File.ReadAllText(_tool.At("run/run.json")))!["data"]!["reading"]!;
        Assert.Equal((101, 10), ((int)reading["rowsRead"]!, reading["skipped"]!.AsObject().Sum(fault => (int)fault.Value!)));
        Assert.Equal(
            91,
            JsonNode.Parse(File.ReadAllText(_tool.At("run/run.json")))!["data"]!["counts"]!.AsObject().Sum(part => (int)part.Value!)
        );
        Assert.Contains("skipped: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_row_in_a_hundred_is_skipped_unless_the_user_says_fail()
    {
        PictureTable.Write(_tool, "set", 100);
        File.WriteAllText(_tool.At("set/images/050.png"), "no picture");

        var tolerant = await _tool.Run(["data", "inspect", .. Flags]);
        Assert.Equal(0, tolerant.ExitCode);
        Assert.Contains("100 rows read, 1 cannot be used", tolerant.Output, StringComparison.Ordinal);
        Assert.Contains("Skipped: labels.csv row 52 'images/050.png': is no picture", tolerant.Output, StringComparison.Ordinal);
        Refusal.Told(await _tool.Run(["data", "inspect", .. Flags, "--on-bad", "fail"]), "images/050.png", "--on-bad skip");
    }

    [Fact]
    public async Task A_table_trains_unlearns_and_repeats_by_its_run_json()
    {
        PictureTable.Write(_tool, "set", 120);
        Assert.Equal(0, (await _tool.Run(["train", .. Flags, .. Quick, "--out", "before"])).ExitCode);
        Assert.Equal(0, (await _tool.Run("unlearn", "--from", "before", "--epochs", "1", "--threads", "1", "--out", "after")).ExitCode);
        Assert.Equal(0, (await _tool.Run("train", "--config", "before/run.json", "--out", "again")).ExitCode);

        string Fingerprint(string run) => (string)JsonNode.Parse(File.ReadAllText(_tool.At($"{run}/run.json")))!["data"]!["fingerprint"]!;
        Assert.Equal(Fingerprint("before"), Fingerprint("after"));
        Assert.Equal(Fingerprint("before"), Fingerprint("again"));
        Assert.Equal(File.ReadAllBytes(_tool.At("before/model.safetensors")), File.ReadAllBytes(_tool.At("again/model.safetensors")));
    }

    [Fact]
    public async Task Without_a_task_the_columns_are_listed()
    {
        PictureTable.Write(_tool, "set", 40);
        var outcome = await _tool.Run("data", "inspect", "--data", "table", "--root", "set", "--size", "16");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("tint: blue ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("part: test ", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "--bin shape=10,5 --resize sideways --background beige --on-bad shrug --max-pixels 0 --image-timeout 0 --workers 0",
        "--bin shape=10,5",
        "--resize sideways",
        "--background beige",
        "--on-bad shrug",
        "--max-pixels 0",
        "--image-timeout 0",
        "--workers 0"
    )]
    [InlineData(
        "--map tint=green:red --only part=morning --drop colour=red",
        "--map tint=green:red",
        "'green'",
        "--only part=morning",
        "'morning'",
        "--drop colour=red",
        "no column 'colour'"
    )]
    [InlineData("--levels split,class --correlation 0.5", "--levels", "--correlation", "says nothing to data set table")]
    public async Task Wrong_reading_flags_are_told_at_once(string flags, params string[] told)
    {
        PictureTable.Write(_tool, "set", 20);
        Refusal.Told(await _tool.Run(["data", "inspect", "--data", "table", "--root", "set", .. flags.Split(' ')]), told);
    }

    // Rows are numbered from 1, the header included: picture i stands in row i + 2.
    private void Spoil(List<string> rows)
    {
        rows[2] = "002.png,train,bright";
        rows[3] = "003.png,train,,red";
        rows[4] = "004.png,later,dark,red";
        rows[5] = "../../outside.png,train,dark,red";
        rows[6] = "nowhere.png,train,dark,red";
        File.WriteAllBytes(_tool.At("set/images/007.png"), []);
        var whole = File.ReadAllBytes(_tool.At("set/images/008.png"));
        File.WriteAllBytes(_tool.At("set/images/008.png"), whole[..(whole.Length / 2)]);
        File.WriteAllText(_tool.At("set/images/009.png"), "no picture");
        rows[10] = "010.png,train,dark,red";
        rows.Add("010.png,train,dark,blue");
        PictureTable.WriteTable(_tool, "set", rows);
    }
}
