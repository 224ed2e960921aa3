using System.IO.Compression;
using System.Text.Json.Nodes;
using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

/// <summary>efface unlearn --representations, and efface apply.</summary>
public sealed class ErasingTests : IClassFixture<SmallErasing>, IDisposable
{
    private readonly SmallErasing _erasing;
    private readonly Tool _tool = new();

    public ErasingTests(SmallErasing erasing)
    {
        _erasing = erasing;
        erasing.CopyTo(_tool);
    }

    [Fact]
    public void A_run_leaves_the_eraser_the_vectors_and_the_audits_before_and_after()
    {
        Assert.Equal(
            [
                "audit.json",
                "before/audit.json",
                "before/run.json",
                "erased.npy",
                "eraser.json",
                "eraser.safetensors",
                "report.html",
                "run.json",
            ],
            Files("erased")
        );
        Assert.Contains("apply --eraser", _erasing.Outcome.Output, StringComparison.Ordinal);
        var run = Json("erased/run.json");
        Assert.Equal(("unlearn", "balance"), ((string)run["command"]!, (string)run["config"]!["recipe"]!));
    }

    [Fact]
    public void The_erased_vectors_are_as_many_of_the_same_type_and_none_is_as_it_was()
    {
        var (before, after) = (Read<float>("vectors.npy"), Read<float>("erased/erased.npy"));
        Assert.Equal(before.Header, after.Header);
        Assert.All(after.Numbers, number => Assert.True(float.IsFinite(number)));
        Assert.All(before.Numbers.Chunk(8).Zip(after.Numbers.Chunk(8)), rows => Assert.NotEqual(rows.First, rows.Second));
    }

    [Fact]
    public void The_audit_finds_what_was_there_before_and_less_of_it_after()
    {
        double Leak(string file) => (double)Json(file)["representations"]![0]!["leak"]!["givenTask"]!["value"]!;
        Assert.InRange(Leak("erased/before/audit.json"), 0.22, 0.5);
        Assert.InRange(Leak("erased/audit.json"), -0.2, 0.15);
        var kept = Json("erased/audit.json")["collateral"]!.AsArray().Single(one => (string)one!["attribute"]! == "w")!;
        Assert.InRange((double)kept["after"]!["value"]!, 0.75, 1);
        Assert.InRange((double)kept["within"]!, 0.7, 1);
        Assert.InRange((double)kept["withinBefore"]!, 0.7, 1);
    }

    [Fact]
    public async Task Applied_to_the_same_file_the_eraser_writes_the_same_bytes()
    {
        var applied = await _tool.Run("apply --eraser erased --representations vectors.npy --out again.npy --json");
        Assert.True(applied.ExitCode == 0, applied.Error);
        Assert.Equal(Bytes("erased/erased.npy"), Bytes("again.npy"));
        Assert.Equal((SmallErasing.Rows, 0), ((int)applied.Json["rows"]!, (int)applied.Json["unusable"]!));
        Assert.InRange((double)applied.Json["distance"]!, 0, 0.2);
    }

    [Fact]
    public async Task A_run_goes_on_where_it_was_stopped_and_fits_nothing_again()
    {
        var (weights, before) = (Bytes("erased/eraser.safetensors"), Bytes("erased/before/audit.json"));
        foreach (var file in new[] { "audit.json", "report.html", "erased.npy" })
            File.Delete(_tool.At($"erased/{file}"));
        var resumed = await _tool.Run($"{SmallErasing.Line} --resume");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(weights, Bytes("erased/eraser.safetensors"));
        Assert.Equal(before, Bytes("erased/before/audit.json"));
        Assert.True(File.Exists(_tool.At("erased/audit.json")) && File.Exists(_tool.At("erased/report.html")));
        Assert.Equal(Read<float>("vectors.npy").Header, Read<float>("erased/erased.npy").Header);
    }

    [Theory]
    [InlineData("--forget w", "--forget w: the run in")]
    [InlineData("--recipe leace", "--recipe leace: the run in")]
    [InlineData("--noise 0.5", "--noise 0.5: the run in")]
    [InlineData("--rounds 2", "--rounds 2: the run in")]
    [InlineData("--seed 3", "--seed 3: the run in")]
    public async Task A_run_does_not_go_on_as_another(string flags, string told)
    {
        var line = SmallErasing.Line;
        var flag = flags.Split(' ')[0];
        var words = Tool.Words(line).ToList();
        if (words.IndexOf(flag) is var place && place >= 0)
            words.RemoveRange(place, 2);
        var before = Files("erased").Select(file => Bytes($"erased/{file}")).ToArray();
        ToldBesideNotes(await _tool.Run([.. words, .. Tool.Words(flags), "--resume"]), told);
        Assert.Equal(before, Files("erased").Select(file => Bytes($"erased/{file}")));
    }

    [Fact]
    public async Task Other_vectors_and_other_rules_do_not_go_on_with_a_run()
    {
        var numbers = SmallErasing.Numbers();
        numbers[0]++;
        File.WriteAllBytes(_tool.At("other.npy"), SmallErasing.Npy(numbers));
        ToldBesideNotes(await _tool.Run("unlearn --representations other.npy --out erased --resume"), "other data");
        ToldBesideNotes(await _tool.Run("unlearn --drop w=1 --out erased --resume"), "other data");
        // The same under another name is the same.
        File.Move(_tool.At("vectors.npy"), _tool.At("moved.npy"));
        var resumed = await _tool.Run("unlearn --representations moved.npy --attackers linear --parts controls --out erased --resume");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("npz")]
    public async Task Other_formats_stay_as_they_are_and_without_audits_nothing_is_audited(string format)
    {
        var file = $"given.{format}";
        if (format == "csv")
            File.WriteAllLines(_tool.At(file), SmallErasing.Csv(SmallErasing.Numbers()));
        else
            using (var archive = ZipFile.Open(_tool.At(file), ZipArchiveMode.Create))
                foreach (
                    var (name, npy) in new[]
                    {
                        ("h", SmallErasing.Npy(SmallErasing.Numbers())),
                        ("t", SmallErasing.Npy(new long[SmallErasing.Rows], 0)),
                    }
                )
                {
                    using var entry = archive.CreateEntry($"{name}.npy").Open();
                    entry.Write(npy);
                }
        string[] array = format == "npz" ? ["--array", "h"] : [];
        var run = await _tool.Run($"unlearn --representations {file} {SmallErasing.Asked} --recipe leace --no-audit --out plain", array);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([$"erased.{format}", "eraser.json", "eraser.safetensors", "run.json"], Files("plain"));
        var applied = await _tool.Run($"apply --eraser plain --representations {file} --out again.{format}", array);
        Assert.True(applied.ExitCode == 0, applied.Error);
        if (format == "csv")
        {
            Assert.Equal(Bytes("plain/erased.csv"), Bytes("again.csv"));
            var (before, after) = (File.ReadAllLines(_tool.At(file)), File.ReadAllLines(_tool.At("again.csv")));
            Assert.Equal(before[0], after[0]);
            Assert.Equal(before.Select(line => line.Split(',')[0]), after.Select(line => line.Split(',')[0]));
            Assert.NotEqual(before[1], after[1]);
        }
        else
        {
            using var archive = ZipFile.OpenRead(_tool.At("again.npz"));
            Assert.Equal(["h.npy", "t.npy"], archive.Entries.Select(entry => entry.FullName).Order());
        }
    }

    [Fact]
    public async Task With_a_column_of_people_it_says_how_well_they_are_verified_before_and_after()
    {
        // Three rows of each person, who stay in one part; people differ in numbers that do not tell z.
        int Person(int row) => row / 6 * 2 + row % 2;
        var labels = File.ReadAllLines(_tool.At("labels.csv"));
        string Named(string line, int i) => $"{line[..line.LastIndexOf(',')]},{(i == 0 ? "person" : $"p{Person(i - 1)}")}";
        File.WriteAllLines(_tool.At("people.csv"), labels.Select(Named));
        var (drawn, numbers) = (SmallErasing.Numbers(), SmallErasing.Numbers());
        for (var row = 0; row < SmallErasing.Rows; row++)
        for (var i = 4; i < SmallErasing.Width; i++)
            numbers[row * SmallErasing.Width + i] =
                4 * drawn[Person(row) * SmallErasing.Width + i] + 0.3f * drawn[row * SmallErasing.Width + i];
        File.WriteAllBytes(_tool.At("people.npy"), SmallErasing.Npy(numbers));
        var run = await _tool.Run(
            "unlearn --representations people.npy --labels people.csv --forget z --identity person --noise 0.5 --attackers linear "
                + "--parts controls --threads 1 --out people"
        );
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("verified at 1.0 %", run.Output, StringComparison.Ordinal);
        var rate = Json("people/audit.json")["verification"]!["rates"]!.AsArray().Single(rate => (double)rate!["falseAccept"]! == 0.01)!;
        var before = Json("people/before/audit.json")["verification"]!["rates"]!.AsArray()[^1]!;
        Assert.InRange((double)before["trueAccept"]!["value"]!, 0.3, 1);
        Assert.InRange((double)rate["trueAccept"]!["value"]!, 0, (double)before["trueAccept"]!["value"]!);
        Assert.Contains("Are people still recognised?", File.ReadAllText(_tool.At("people/report.html")), StringComparison.Ordinal);
        Assert.Equal(0, (int)Json("people/audit.json")["split"]!["sharedGroups"]!);
    }

    [Fact]
    public async Task Numbers_of_eight_bytes_stay_so_and_rows_without_a_usable_vector_are_listed_and_hold_NaN()
    {
        double[] numbers = [.. SmallErasing.Numbers().Select(number => (double)number)];
        (numbers[5 * 8 + 3], numbers[700 * 8], numbers[900 * 8 + 1]) = (double.NaN, double.PositiveInfinity, -9999);
        File.WriteAllBytes(_tool.At("spoiled.npy"), SmallErasing.Npy(numbers));
        var run = await _tool.Run($"unlearn --representations spoiled.npy {SmallErasing.Asked} --recipe leace --no-audit --out spoiled");
        Assert.True(run.ExitCode == 0, run.Error);
        var skipped = File.ReadAllLines(_tool.At("spoiled/skipped.csv"));
        Assert.Equal(4, skipped.Length);
        var (before, after) = (Read<double>("spoiled.npy"), Read<double>("spoiled/erased.npy"));
        Assert.Equal(before.Header, after.Header);
        Assert.Equal([5, 700, 900], after.Numbers.Chunk(8).Index().Where(row => row.Item.All(double.IsNaN)).Select(row => row.Index));
        Assert.Equal(24, after.Numbers.Count(number => !double.IsFinite(number)));

        var applied = await _tool.Run("apply --eraser spoiled --representations spoiled.npy --out again.npy");
        Assert.Equal(0, applied.ExitCode);
        Assert.Contains("without a usable vector", applied.Error, StringComparison.Ordinal);
        Assert.Equal(Bytes("spoiled/erased.npy"), Bytes("again.npy"));
    }

    [Fact]
    public async Task The_decision_alone_goes_out_as_codes()
    {
        var run = await _tool.Run(
            $"unlearn --representations vectors.npy {SmallErasing.Asked} --recipe prediction-only --no-audit --out codes --json"
        );
        Assert.True(run.ExitCode == 0, run.Error);
        var (header, codes) = Read<long>("codes/erased.npy");
        Assert.Contains("'<i8'", header, StringComparison.Ordinal);
        Assert.Contains($"({SmallErasing.Rows},)", header, StringComparison.Ordinal);
        Assert.Equal([0L, 1], codes.Distinct().Order());
        Assert.Equal("prediction-only", (string)run.Json["run"]!["config"]!["recipe"]!);
    }

    public void Dispose() => _tool.Dispose();

    private byte[] Bytes(string name) => File.ReadAllBytes(_tool.At(name));

    private JsonNode Json(string name) => JsonNode.Parse(File.ReadAllText(_tool.At(name)))!;

    private (string Header, T[] Numbers) Read<T>(string name)
        where T : unmanaged => SmallErasing.Read<T>(Bytes(name));

    private IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(_tool.At(folder), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_tool.At(folder), file))
            .Order(StringComparer.Ordinal);
}
