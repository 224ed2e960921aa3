using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Efface.Auditing;
using Efface.Data.Sources;
using Efface.Records;
using Efface.Runs.Bench;
using Efface.Runs.Experiments;
using Efface.Runs.Reproductions;
using Efface.Training;
using Xunit;

namespace Efface.Tests;

/// <summary>What the documents say is what was measured.</summary>
public sealed class DocumentsTests
{
    private static readonly string Root = Repository.Root;

    [Theory]
    [InlineData("before")]
    [InlineData("paper")]
    [InlineData("strict")]
    public void The_table_of_results_says_what_the_stored_audit_says(string run)
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "results.md"));
        var audit = JsonSerializer.Deserialize<AuditResult>(
            File.ReadAllText(Path.Combine(Root, "docs", "results", $"cifar-{run}.json")),
            RunFolder.Json
        )!;
        Assert.All(audit.Representations, place => Assert.Contains(Row(run, audit, place), document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_real_faces_is_the_stored_one() =>
        Assert.Contains(
            File.ReadAllText(Path.Combine(Root, "docs", "results", "faces.txt")),
            File.ReadAllText(Path.Combine(Root, "docs", "results.md")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("crops", "before", 3)]
    [InlineData("crops", "whole", 3)]
    [InlineData("crops", "strict", 3)]
    [InlineData("crops", "strict-free", 3)]
    [InlineData("crops", "retain", 3)]
    [InlineData("crops", "retain-free", 3)]
    [InlineData("crops", "strict (6)", 3)]
    [InlineData("crops", "strict-free (6)", 3)]
    [InlineData("crops", "retain (6)", 3)]
    [InlineData("crops", "retain-free (6)", 3)]
    [InlineData("cifar", "before", 3)]
    [InlineData("cifar", "whole", 3)]
    [InlineData("cifar", "strict", 3)]
    [InlineData("race", "before", 3)]
    [InlineData("race", "whole", 3)]
    [InlineData("race", "retain", 3)]
    [InlineData("race", "weak", 3)]
    [InlineData("age", "weak", 3)]
    public void The_tables_of_what_stays_are_the_means_of_the_stored_lines(string set, string run, int seeds)
    {
        var lines = Lines("kept.txt")
            .Select(line => line.Split('\t'))
            .Where(cells => cells[0].StartsWith($"{set}-", StringComparison.Ordinal) && cells[0][(set.Length + 3)..] == run)
            .ToList();
        Assert.Equal(seeds, lines.Count);
        string Cell(int column, bool points = false)
        {
            var values = lines.Select(cells => Number(cells[column]) * (points ? 100 : 1)).ToList();
            string Text(double value) =>
                points ? value.ToString("F1", CultureInfo.InvariantCulture) : value.ToString(".000", CultureInfo.InvariantCulture);
            return $"{Text(values.Average())} ({Text(values.Min())} to {Text(values.Max())})";
        }
        string[] code =
            lines[0].Length < 5 ? ["", "", "", ""]
            : set == "cifar" ? [Cell(7, points: true), Cell(10), Cell(14)]
            : [Cell(7, points: true), Cell(11, points: true), Cell(12), Cell(13)];
        var row = $"| {run} | {seeds} | {Cell(2)} | {string.Join(" | ", code)}".TrimEnd(' ', '|');
        Assert.Contains(row, File.ReadAllText(Path.Combine(Root, "docs", "results.md")), StringComparison.Ordinal);
    }

    public static TheoryData<string> StoredTables =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Root, "docs", "results"), "*.json")
                .Where(file => JsonNode.Parse(File.ReadAllText(file)) is JsonObject stored && stored.ContainsKey("caption"))
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(),
        ];

    [Theory]
    [MemberData(nameof(StoredTables))]
    public void The_papers_tables_are_what_the_commands_stored(string table)
    {
        var (document, stored) = (
            File.ReadAllText(Path.Combine(Root, "docs", "results.md")),
            JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "docs", "results", $"{table}.json")))!
        );
        var rows = stored["rows"]!
            .AsArray()
            .Select(row =>
                table.StartsWith("definition", StringComparison.Ordinal)
                    ? DefinitionTable.Row(row.Deserialize<DefinitionRow>(RunFolder.Json)!)
                    : MethodTables.Row(row.Deserialize<MethodRow>(RunFolder.Json)!)
            )
            .ToList();
        Assert.NotEmpty(rows);
        if (table.StartsWith("table", StringComparison.Ordinal))
            Assert.Equal(
                MethodChoice.Sentences(stored["rows"].Deserialize<MethodRow[]>(RunFolder.Json)!),
                stored["findings"].Deserialize<string[]>()
            );
        Assert.All(rows, row => Assert.Contains($"| {AsMarkdown(string.Join(" | ", row))} |", document, StringComparison.Ordinal));
        Assert.All(
            stored["findings"]!
                .AsArray()
                .Select(finding => (string)finding!)
                .Append((string)stored["caption"]!)
                .Append((string)stored["howToRead"]!),
            text => Assert.Contains(AsMarkdown(text), document, StringComparison.Ordinal)
        );

        static string AsMarkdown(string text) => text.Replace("_", "\\_", StringComparison.Ordinal);
    }

    [Fact]
    public void What_attackers_read_behind_an_erasure_is_what_was_stored()
    {
        string Leak(string attacker, string knows) =>
            Math.Abs(
                    100
                        * Number(
                            Lines("leace.txt")
                                .Select(line => line.Split('\t'))
                                .First(cells => cells[0] == attacker && cells[1] == knows && cells[2] == "training")[4]
                        )
                )
                .ToString("F1", CultureInfo.InvariantCulture);
        Assert.Contains(
            $"sees h alone finds nothing ({Leak("linear", "h")} points less than who knows y); with a boundary of its own for each y it "
                + $"reads {Leak("linear", "h,y")} points, and a perceptron {Leak("mlp", "h")} from h alone",
            File.ReadAllText(Path.Combine(Root, "docs", "results.md")),
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string> StoredCharts =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "results"), "figure*.svg").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(StoredCharts))]
    public void The_papers_charts_are_drawn_from_the_stored_rows(string chart)
    {
        IReadOnlyList<MethodRow> Rows(string table) =>
            JsonNode
                .Parse(File.ReadAllText(Path.Combine(Root, "docs", "results", $"{table}.json")))!["rows"]
                .Deserialize<MethodRow[]>(RunFolder.Json)!;
        var (figure, set) = (chart[..chart.IndexOf('-', StringComparison.Ordinal)], chart.Split('-', '.')[1]);
        var drawn =
            figure == "figure5"
                ? MethodTables.Bars(Rows($"table1-{set}"))
                : LambdaMap.Maps(set, Rows($"{figure}-{set}")).ToDictionary()[chart];
        Assert.Equal(drawn, File.ReadAllText(Path.Combine(Root, "docs", "results", chart)));
        Assert.Contains($"](results/{chart})", File.ReadAllText(Path.Combine(Root, "docs", "results.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1"), InlineData("2"), InlineData("4"), InlineData("6"), InlineData("8")]
    public void The_table_of_code_sizes_is_the_stored_one(string bits)
    {
        var cells = Lines("kept.txt")
            .Select(line => line.Split('\t'))
            .Single(line => line[0] == (bits == "6" ? "crops-0-strict" : $"bits-0-{bits}"));
        string Text(int column, string format, int factor = 1) =>
            (decimal.Parse(cells[column], CultureInfo.InvariantCulture) * factor).ToString(format, CultureInfo.InvariantCulture);
        var row =
            $"| {bits} | {Text(2, ".000")} | {Text(3, "0.0")} | {Text(7, "0.0", 100)} | {Text(11, "0.0", 100)} | {Text(6, "0.0000")} | "
            + $"{Text(12, ".000")} | {Text(13, ".000")} | {Text(14, ".000")} |";
        Assert.Contains(row, File.ReadAllText(Path.Combine(Root, "docs", "results.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench.json")]
    [InlineData("bench-larger.json")]
    public void The_table_of_speed_is_the_stored_one(string file)
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "performance.md"));
        var record = JsonSerializer.Deserialize<BenchRecord>(
            File.ReadAllText(Path.Combine(Root, "docs", "results", file)),
            RunFolder.Json
        )!;
        string Range(Spread spread, string format) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{spread.Median.ToString(format, CultureInfo.InvariantCulture)} "
                    + $"[{spread.Low.ToString(format, CultureInfo.InvariantCulture)}, "
                    + $"{spread.High.ToString(format, CultureInfo.InvariantCulture)}]"
            );
        Assert.All(record.Results, result =>
        {
            var raw = result.Timings.Single(timing => timing.Mode == BenchMode.Raw).PeakBytes!.Value;
            Assert.All(result.Timings, timing =>
                Assert.Contains(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {result.Case.Model} | {result.Case.Size} | {timing.Mode.ToString().ToLowerInvariant()} | "
                            + $"{Range(timing.Milliseconds, "F0")} | {Range(timing.OverPlain, "F2")} | {Range(timing.SpeedUp, "F2")} | "
                            + $"{timing.PeakBytes / 1e6:F0} | {timing.PeakBytes / (double)raw:F2} |"
                    ),
                    document,
                    StringComparison.Ordinal
                )
            );
            var alone = result.BlockMilliseconds.Select(time => time.ToString("F0", CultureInfo.InvariantCulture));
            Assert.Contains(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Case.Model}, {result.Case.Size} px: blocks end after {string.Join(", ", result.BlockEnds)}, "
                        + $"{string.Join(" and ", alone)} ms by themselves, ceiling {result.Ceiling:F2}"
                ),
                document,
                StringComparison.Ordinal
            );
        });
    }

    [Fact]
    public void The_table_of_half_precision_is_the_stored_one()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "performance.md"));
        var record = JsonSerializer.Deserialize<BenchRecord>(
            File.ReadAllText(Path.Combine(Root, "docs", "results", "bench-bf16.json")),
            RunFolder.Json
        )!;
        string Text(int size, Precision precision, BenchMode mode)
        {
            var time = record
                .Results.Single(result => result.Case.Size == size && result.Case.Precision == precision)
                .Timings.Single(timing => timing.Mode == mode)
                .Milliseconds;
            return string.Create(CultureInfo.InvariantCulture, $"{time.Median:F0} [{time.Low:F0}, {time.High:F0}]");
        }
        foreach (var size in new[] { 32, 64 })
        foreach (var mode in new[] { BenchMode.Plain, BenchMode.Pipelined })
            Assert.Contains(
                $"| {size} | {mode.ToString().ToLowerInvariant()} | {Text(size, Precision.Fp32, mode)} | "
                    + $"{Text(size, Precision.Bf16, mode)} |",
                document,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void The_table_of_a_steps_parts_is_the_stored_one()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "performance.md"));
        Assert.All(Lines("parts.txt").Skip(3).Select(line => line.Split('\t')), cells =>
            Assert.Contains($"| {cells[0]} | {cells[1]} ({cells[2]} to {cells[3]}) |", document, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_table_of_vectors_is_the_stored_one() =>
        Assert.All(Lines("vectors.txt").Skip(1).Select(line => line.Split('\t')), cells =>
            Assert.Contains(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {cells[0]} | {Number(cells[1]):F3} | {Number(cells[2]):F3} {(cells[0] == "hsic" ? "of 1" : "bits")} | "
                        + $"{Number(cells[3]) * 100:F1} |"
                ),
                File.ReadAllText(Path.Combine(Root, "docs", "results.md")),
                StringComparison.Ordinal
            )
        );

    [Fact]
    public void The_table_of_kernels_is_the_stored_one() =>
        Assert.All(Lines("kernels.txt").Skip(1).Select(line => line.Split('\t')), cells =>
            Assert.Contains(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {cells[0]} | {Number(cells[1]):F3} | {Number(cells[2]):F3} | {Number(cells[3]) * 100:F1} |"
                ),
                File.ReadAllText(Path.Combine(Root, "docs", "results.md")),
                StringComparison.Ordinal
            )
        );

    [Fact]
    public void Every_data_set_is_documented()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs", "data.md"));
        Assert.All(DataSources.All, source => Assert.Contains($"| `{source.Name}` |", document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_readme_names_every_document_and_every_document_is_there()
    {
        var readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        Assert.All(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"), document =>
            Assert.Contains($"docs/{Path.GetFileName(document)}", readme, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_audits_own_error_rate_is_that_of_the_stored_verdicts()
    {
        const double Tolerance = 0.05;
        var document = Audit();
        var all = Lines("verdicts.txt")
            .Select(line => line.Split('\t'))
            .Select(cells =>
                (Name: cells[0], Bayes: Number(cells[2]), Verdict: cells[3], Resolution: (Number(cells[6]) - Number(cells[5])) / 2)
            )
            .ToList();
        string Counts(IEnumerable<string> verdicts)
        {
            var list = verdicts.ToList();
            return $"{list.Count}: {list.Count(verdict => verdict == "Leaks")} Leaks, "
                + $"{list.Count(verdict => verdict == "Inconclusive")} Inconclusive, {list.Count(verdict => verdict == "Forgotten")} "
                + "Forgotten";
        }
        var above = all.Where(one => one.Bayes - Tolerance > one.Resolution).ToList();
        Assert.Contains($"{all.Count} audits", document, StringComparison.Ordinal);
        Assert.Contains(
            $"| nothing is there | {Counts(all.Where(one => one.Bayes == 0).Select(one => one.Verdict))} |",
            document,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "| within the tolerance, or nearer to it than the sample resolves | "
                + $"{Counts(all.Where(one => one.Bayes > 0 && one.Bayes - Tolerance <= one.Resolution).Select(one => one.Verdict))} |",
            document,
            StringComparison.Ordinal
        );
        Assert.Contains($"| above it by more | {Counts(above.Select(one => one.Verdict))} |", document, StringComparison.Ordinal);
        Assert.All(above.Where(one => one.Verdict == "Forgotten"), one => Assert.Contains(one.Name, document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_intervals_cover_what_the_stored_redraws_say()
    {
        var shares = Lines("coverage.txt").Skip(1).SelectMany(line => line.Split('\t')[^2..]).Select(Number).ToList();
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"between {shares.Min():F3} and {shares.Max():F3}"),
            Audit(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_table_of_attackers_is_the_stored_one()
    {
        var rows = Lines("attackers.txt").Where(line => line.Contains("15 %", StringComparison.Ordinal)).ToList();
        Assert.InRange(rows.Count, 20, 30);
        Assert.All(rows, row =>
        {
            var chosen = row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2..];
            var name = row[..40].Trim();
            Assert.Contains(
                $"| {name[..name.LastIndexOf(" 15", StringComparison.Ordinal)]} | {row[40..47].Trim()} | {chosen[0]} | `{chosen[1]}` |",
                Audit(),
                StringComparison.Ordinal
            );
        });
    }

    private static string Audit() => File.ReadAllText(Path.Combine(Root, "docs", "audit.md"));

    // What a command printed, without the comments above it.
    private static IEnumerable<string> Lines(string file) =>
        File.ReadLines(Path.Combine(Root, "docs", "results", file))
            .SkipWhile(line => !line.Contains('\t', StringComparison.Ordinal) && !line.StartsWith("case ", StringComparison.Ordinal));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Row(string run, AuditResult audit, RepresentationAudit place) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {run} | {Text(audit.Fidelity!)} | {place.Name}{(place.Released ? "" : " (internal)")} | "
                + $"{Text(place.BestWithoutTaskResult.Test.Accuracy)} | {Text(place.BestResult.Test.Accuracy)} | "
                + $"{Text(place.Leak.GivenTask)} | {Text(place.Leak.BeyondPrediction)} | {place.Verdict} |"
        );

    private static string Text(Measured measured) =>
        string.Create(CultureInfo.InvariantCulture, $"{measured.Value:F3} [{measured.Low:F3}, {measured.High:F3}]");
}
