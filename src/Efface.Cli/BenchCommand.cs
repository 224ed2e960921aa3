using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Efface.Runs.Bench;
using Spectre.Console;

namespace Efface.Cli;

/// <summary>efface bench: how fast training is, and what forgetting costs.</summary>
internal sealed class BenchCommand : ToolCommand
{
    private readonly Flags<BenchSettings> _flags;
    private readonly Option<bool> _noMemory = new("--no-memory")
    {
        Description = "Leave peak memory out, which takes a process for each mode.",
    };

    // For the process that measures memory; no user needs it.
    private readonly Option<string> _peakOf = new("--peak-of") { Hidden = true };

    public BenchCommand(Shell shell)
        : base(
            shell,
            "bench",
            "How fast training is in each schedule, what memory it takes, and what forgetting costs (the paper's table 2)."
        )
    {
        _flags = new Flags<BenchSettings>(this);
        Add(_noMemory);
        Add(_peakOf);
    }

    // One measurement of memory.
    private sealed record Peak(BenchCase Case, BenchMode Mode, BenchSettings Settings, IReadOnlyList<int> Ends);

    protected override int Execute(ParseResult asked)
    {
        if (asked.GetValue(_peakOf) is { } one)
        {
            var peak = JsonSerializer.Deserialize<Peak>(one)!;
            Shell.Out.WriteLine(PeakMemory.Of(peak.Case, peak.Mode, peak.Settings, peak.Ends));
            return Shell.Done;
        }
        var usual = new BenchSettings { MeasuresMemory = !asked.GetValue(_noMemory) && PeakMemory.IsKnown };
        var bench = _flags.Read(asked, usual);
        var record = Show(display => Measure(bench, display, Shell.Cancel));
        if (IsJson(asked))
            Shell.PrintJson(record);
        else
            Print(record);
        return Shell.Done;
    }

    /// <summary>Measures, with a separate process for each peak of memory.</summary>
    public static BenchRecord Measure(BenchSettings bench, ProgressDisplay display, CancellationToken cancel) =>
        BenchRun.Measure(bench, (one, mode, ends) => InProcess(new Peak(one, mode, bench, ends)), display, cancel);

    private static long InProcess(Peak peak)
    {
        var start = OwnProcess.With("bench", "--peak-of", JsonSerializer.Serialize(peak));
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? long.Parse(output, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException(
                $"the memory of {peak.Mode} could not be measured: the process ended with {process.ExitCode}."
            );
    }

    private void Print(BenchRecord record)
    {
        foreach (var result in record.Results)
        {
            var (one, raw) = (result.Case, result.Timings.Single(timing => timing.Mode == BenchMode.Raw).PeakBytes);
            Shell.Out.WriteLine(
                $"{one.Model}, {one.Size} pixels, {one.Precision.ToString().ToLowerInvariant()}, {one.Batch} images a step; blocks end "
                    + $"after {string.Join(", ", result.BlockEnds)}: {string.Join(" + ", result.BlockMilliseconds.Select(Whole))} ms by "
                    + $"themselves; the pipeline can be {Ratio(result.Ceiling)} times as fast as raw at most."
            );
            var table = new Table().AddColumn("");
            foreach (var column in new[] { "ms a step", "images/s", "over plain training", "raw over this", "peak memory", "of raw's" })
                table.AddColumn(column, cell => cell.RightAligned());
            foreach (var timing in result.Timings)
                table.AddRow([
                    .. new[]
                    {
                        timing.Mode.ToString().ToLowerInvariant(),
                        Range(timing.Milliseconds, Whole),
                        Whole(timing.ImagesPerSecond),
                        Range(timing.OverPlain, Ratio),
                        Range(timing.SpeedUp, Ratio),
                        timing.PeakBytes is { } bytes ? $"{Whole(bytes / 1e6)} MB" : "—",
                        timing.PeakBytes / (double?)raw is { } share ? share.ToString("P0", CultureInfo.InvariantCulture) : "—",
                    }.Select(Markup.Escape),
                ]);
            Shell.Tables.Write(table);
        }
    }

    private static string Range(Spread spread, Func<double, string> format) =>
        $"{format(spread.Median)} [{format(spread.Low)}, {format(spread.High)}]";

    private static string Whole(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
