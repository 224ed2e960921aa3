using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

/// <summary>What efface unlearn --representations and efface apply refuse.</summary>
public sealed class BadErasingTests : IDisposable
{
    private readonly Tool _tool = new();

    public BadErasingTests() => SmallErasing.WriteTo(_tool);

    [Fact]
    public async Task Flags_of_images_are_refused_and_so_are_missing_labels_all_at_once()
    {
        ToldInLines(
            await _tool.Run("unlearn --representations vectors.npy --forget z --size 32 --epochs 3 --width 0.5 --out wrong"),
            "--size: is for images",
            "--width: is for images",
            "--epochs: is for images",
            "--labels: missing"
        );
        Assert.False(Directory.Exists(_tool.At("wrong")));
    }

    [Fact]
    public async Task Flags_of_vectors_are_refused_without_vectors() =>
        ToldInLines(
            await _tool.Run("unlearn --data faces --forget glasses --noise 0.5 --no-audit --out wrong"),
            "--noise: is for vectors",
            "--no-audit: is for vectors"
        );

    [Fact]
    public async Task All_wrong_settings_are_told_at_once()
    {
        ToldInLines(
            await Unlearn("--forget z,y,z --task y --noise -1 --aim 2 --rounds 9 --directions 0 --bits 3 --tolerance 2"),
            "--bits 3",
            "--forget y: is the task itself",
            "--forget z",
            "--directions 0",
            "--noise -1",
            "--aim 2",
            "--rounds 9",
            "--tolerance 2"
        );
        Assert.False(Directory.Exists(_tool.At("wrong")));
    }

    [Theory]
    [InlineData("--forget z --recipe paper", "--recipe paper: trains a network on images", "balance")]
    [InlineData("--forget z --recipe magic", "magic", "balance")]
    [InlineData("--forget z --recipe prediction-only", "--task: missing", "no decision")]
    [InlineData("--task y", "--forget: missing", "such as --forget")]
    [InlineData("--forget z --directions 500", "--directions 500", "can carry")]
    [InlineData("--forget z --retain z", "--retain z: is to be forgotten", "Retain another")]
    [InlineData("--forget cap", "cap", "z")]
    [InlineData("--forget z --identity nobody", "--identity nobody", "Its columns are")]
    [InlineData("--forget z --identity w --group-column y", "groups otherwise than --identity w", "Leave it out")]
    public async Task One_wrong_setting_is_told_with_its_remedy(string flags, string told, string remedy)
    {
        ToldBesideNotes(await Unlearn(flags), told, remedy);
        Assert.False(Directory.Exists(_tool.At("wrong")));
    }

    [Fact]
    public async Task A_class_of_three_rows_is_too_few()
    {
        var labels = File.ReadAllLines(_tool.At("labels.csv"));
        foreach (var row in new[] { 1, 2, 7 })
            labels[row] = $"rare{labels[row][1..]}";
        File.WriteAllLines(_tool.At("labels.csv"), labels);
        ToldBesideNotes(await Unlearn("--forget z"), "class rare", "--drop");
    }

    [Fact]
    public async Task Codes_are_no_vectors()
    {
        File.WriteAllBytes(
            _tool.At("vectors.npy"),
            SmallErasing.Npy([.. Enumerable.Range(0, SmallErasing.Rows).Select(row => row % 5L)], 0)
        );
        ToldBesideNotes(await Unlearn("--forget z"), "codes");
        Assert.False(Directory.Exists(_tool.At("wrong")));
    }

    [Fact]
    public async Task Vectors_that_are_all_the_same_are_refused_and_leave_no_folder()
    {
        File.WriteAllBytes(_tool.At("vectors.npy"), SmallErasing.Npy(Enumerable.Repeat(0.1f, SmallErasing.Rows * 8).ToArray()));
        ToldBesideNotes(await Unlearn("--forget z"), "all the same");
        Assert.False(Directory.Exists(_tool.At("wrong")));
    }

    [Fact]
    public async Task A_folder_that_is_in_use_is_left_alone()
    {
        Directory.CreateDirectory(_tool.At("wrong"));
        File.WriteAllText(_tool.At("wrong/mine.txt"), "mine");
        ToldBesideNotes(await Unlearn("--forget z --recipe leace"), "already in use");
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(_tool.At("wrong")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Apply_tells_everything_that_is_missing_at_once() =>
        ToldInLines(await _tool.Run("apply"), "--eraser: missing", "--representations: missing", "--out: missing");

    [Fact]
    public async Task Apply_refuses_what_does_not_fit_and_writes_nothing()
    {
        Assert.Equal(0, (await Unlearn("--forget z --recipe leace", "eraser")).ExitCode);
        File.WriteAllBytes(_tool.At("wide.npy"), SmallErasing.Npy(new float[SmallErasing.Rows * 9], 9));
        File.WriteAllText(_tool.At("there.npy"), "mine");
        ToldBesideNotes(await Apply("wide.npy", "out.npy"), "wide.npy", "vectors of 9 numbers", "fitted on 8");
        ToldBesideNotes(await Apply("vectors.npy", "out.csv"), "out.csv", ".npy");
        ToldBesideNotes(await Apply("vectors.npy", "there.npy"), "already in use");
        ToldBesideNotes(await Apply("vectors.npy", "vectors.npy"), "is the file that is read");
        ToldBesideNotes(await Apply("none.npy", "out.npy"), "none.npy");
        ToldBesideNotes(await _tool.Run("apply --eraser nowhere --representations vectors.npy --out out.npy"), "nowhere", "missing");
        Assert.Equal("mine", File.ReadAllText(_tool.At("there.npy")));

        File.WriteAllText(_tool.At("eraser/eraser.json"), "{}");
        ToldBesideNotes(await Apply("vectors.npy", "out.npy"), "eraser.json", "cannot be read");
        Assert.DoesNotContain(Directory.EnumerateFiles(_tool.Folder), file =>
            Path.GetFileName(file).StartsWith("out.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Vectors_of_another_model_are_refused_unless_one_insists()
    {
        Assert.Equal(0, (await Unlearn("--forget z --recipe leace", "eraser")).ExitCode);
        float[] numbers = SmallErasing.Numbers();
        File.WriteAllBytes(_tool.At("far.npy"), SmallErasing.Npy([.. numbers.Select(number => number * 2 + 5)]));
        File.WriteAllBytes(_tool.At("near.npy"), SmallErasing.Npy([.. numbers.Select(number => number + 0.9f)]));

        ToldBesideNotes(await Apply("far.npy", "far-out.npy"), "deviations", "--anyway");
        Assert.False(File.Exists(_tool.At("far-out.npy")));
        var insisted = await Apply("far.npy", "far-out.npy", "--anyway");
        Assert.Equal(0, insisted.ExitCode);
        Assert.Contains("deviations", insisted.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_tool.At("far-out.npy")));

        var warned = await Apply("near.npy", "near-out.npy");
        Assert.Equal(0, warned.ExitCode);
        Assert.Contains("deviations", warned.Error, StringComparison.Ordinal);
        var same = await Apply("vectors.npy", "same-out.npy");
        Assert.DoesNotContain("deviations", same.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _tool.Dispose();

    private Task<Outcome> Unlearn(string flags, string folder = "wrong") =>
        _tool.Run(
            $"unlearn --representations vectors.npy --labels labels.csv --split-column part --threads 1 {flags} --out {folder}",
            flags.Contains("--tolerance", StringComparison.Ordinal) ? [] : ["--no-audit"]
        );

    private Task<Outcome> Apply(string file, string output, params string[] flags) =>
        _tool.Run($"apply --eraser eraser --representations {file} --out {output}", flags);
}
