using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Efface.Runs;
using Efface.Training;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Efface.Cli;

/// <summary>efface bench: how fast training is, and what forgetting costs.</summary>
internal sealed class BenchCommand(Shell shell) : NativeCommand<BenchCommand.Settings>(shell)
{
    internal sealed class Settings : OutputSettings
    {
        [CommandOption("--model <LIST>"), Description("resnet18,resnet34,resnet50 (the default).")]
        public string? Models { get; init; }

        [CommandOption("--size <LIST>"), Description("Sides of the images in pixels (32,64).")]
        public string? Sizes { get; init; }

        [CommandOption("--precision <LIST>"), Description("fp32 (the default), bf16 or both.")]
        public string? Precisions { get; init; }

        [CommandOption("--stem <NAME>"), Description("imagenet (the default), cifar or fast.")]
        public string? Stem { get; init; }

        [CommandOption("--width <FACTOR>"), Description("Narrows (0.5) or widens every stage.")]
        public double? Width { get; init; }

        [CommandOption("--batch <N>"), Description("Images a step (128, and 64 above 32 pixels).")]
        public int? Batch { get; init; }

        [CommandOption("--blocks <K>"), Description("Blocks of the local schedules (2).")]
        public int? Blocks { get; init; }

        [CommandOption("--steps <N>"), Description("Steps that are timed in one go (12).")]
        public int? Steps { get; init; }

        [CommandOption("--rounds <N>"), Description("How often all modes take their turn (5); the first turn is not counted.")]
        public int? Rounds { get; init; }

        [CommandOption("--threads <N>"), Description("Threads of one operation.")]
        public int? Threads { get; init; }

        [CommandOption("--seed <S>"), Description("Decides weights and noise (0).")]
        public int? Seed { get; init; }

        [CommandOption("--no-memory"), Description("Leave peak memory out, which takes a process for each mode.")]
        public bool NoMemory { get; init; }

        // What the process of a memory measurement is asked; nobody else needs it.
        [CommandOption("--peak-of <JSON>", IsHidden = true)]
        public string? PeakOf { get; init; }

        public BenchSettings ToBench()
        {
            var usual = new BenchSettings();
            return usual with
            {
                Models = Names("--model", Models) ?? usual.Models,
                Sizes = Names("--size", Sizes) is { } sizes ? [.. sizes.Select(Side)] : usual.Sizes,
                Precisions = Names("--precision", Precisions) is { } precisions ? [.. precisions.Select(PrecisionOf)] : usual.Precisions,
                Stem = Stem ?? usual.Stem,
                Width = Width ?? usual.Width,
                Batch = Batch,
                Blocks = Blocks ?? usual.Blocks,
                Steps = Steps ?? usual.Steps,
                Rounds = Rounds ?? usual.Rounds,
                Threads = Threads,
                Seed = Seed ?? usual.Seed,
                MeasuresMemory = !NoMemory && PeakMemory.IsKnown,
            };
        }

        private static int Side(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side)
                ? side
                : throw new InvalidInputException($"--size {text}", "not a number of pixels", "Give sides such as 32,64");

        private static Precision PrecisionOf(string text) =>
            Enum.TryParse<Precision>(text, ignoreCase: true, out var precision) && Enum.IsDefined(precision)
                ? precision
                : throw new InvalidInputException($"--precision {text}", "no such precision", "Give fp32, bf16 or both");
    }

    // One measurement of memory.
    private sealed record Peak(BenchCase Case, BenchMode Mode, BenchSettings Settings, IReadOnlyList<int> Ends);

    protected override int Execute(Settings settings)
    {
        if (settings.PeakOf is { } asked)
        {
            var peak = JsonSerializer.Deserialize<Peak>(asked)!;
            Shell.Out.WriteLine(PeakMemory.Of(peak.Case, peak.Mode, peak.Settings, peak.Ends));
            return Shell.Done;
        }
        var bench = settings.ToBench();
        var record = Show(display => Measure(bench, display, Shell.Cancel));
        if (settings.Json)
            Shell.PrintJson(record);
        else
            Print(record);
        return Shell.Done;
    }

    /// <summary>Measures, each peak of memory in a process of its own.</summary>
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
