using Efface.Records;
using Efface.Training;
using TorchSharp;

namespace Efface.Runs.Bench;

/// <summary>A number that was measured several times.</summary>
/// <param name="Median">The median of the measurements.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
internal sealed record Spread(double Median, double Low, double High)
{
    internal static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }
}

/// <summary>One way to train, measured.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Milliseconds">Per step.</param>
/// <param name="ImagesPerSecond">At the median.</param>
/// <param name="OverPlain">Time as a multiple of plain training's in the same turn: the overhead of forgetting.</param>
/// <param name="SpeedUp">Time of raw training in the same turn as a multiple of this one's.</param>
/// <param name="PeakBytes">Activations and other memory of a step, beside weights and optimisers; null if it was not measured.</param>
internal sealed record BenchTiming(
    BenchMode Mode,
    Spread Milliseconds,
    double ImagesPerSecond,
    Spread OverPlain,
    Spread SpeedUp,
    long? PeakBytes
);

/// <summary>One network, measured in every mode in turn.</summary>
/// <param name="Case">Network, size, precision, batch.</param>
/// <param name="BlockEnds">The last stages of all blocks but the last.</param>
/// <param name="BlockMilliseconds">A step of each block alone, with a worker's threads.</param>
/// <param name="Ceiling">The largest possible speed-up of the pipeline: raw training's time over the slowest block's.</param>
/// <param name="Timings">Every mode.</param>
internal sealed record BenchResult(
    BenchCase Case,
    IReadOnlyList<string> BlockEnds,
    IReadOnlyList<double> BlockMilliseconds,
    double Ceiling,
    IReadOnlyList<BenchTiming> Timings
);

/// <summary>The measurements, with their settings and machine.</summary>
internal sealed record BenchRecord(BenchSettings Settings, EnvironmentRecord Environment, IReadOnlyList<BenchResult> Results);

/// <summary>Receives the progress of the measurement.</summary>
internal interface IBenchObserver
{
    /// <summary>Called before each measurement.</summary>
    void OnBench(BenchCase now, string doing, int done, int total);
}

/// <summary>The paper's table 2: time, memory and speed-up of the schedules, and the cost of forgetting over plain training.</summary>
internal static class BenchRun
{
    private static readonly BenchMode[] Modes = Enum.GetValues<BenchMode>();

    /// <summary>Measures every network in every mode, in turn: a temporary slowdown of the machine affects all of them.</summary>
    /// <param name="settings">What to measure, and how long.</param>
    /// <param name="measureMemory">Runs <see cref="PeakMemory.Of"/> in a separate process.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Stops after the current measurement.</param>
    /// <exception cref="InvalidInputException">A setting is out of range.</exception>
    public static BenchRecord Measure(
        BenchSettings settings,
        Func<BenchCase, BenchMode, IReadOnlyList<int>, long> measureMemory,
        IBenchObserver? observer = null,
        CancellationToken cancel = default
    )
    {
        if (settings.Check().ToArray() is { Length: > 0 } problems)
            throw new InvalidInputException(problems);
        Compute.UseThreads(settings.Threads);
        var cases = settings.Models.SelectMany(model =>
            settings.Sizes.SelectMany(size =>
                settings.Precisions.Select(precision => new BenchCase(model, size, precision, settings.Batch ?? (size <= 32 ? 128 : 64)))
            )
        );
        return new BenchRecord(
            settings,
            EnvironmentRecords.Capture(),
            [.. cases.Select(one => Measure(one, settings, measureMemory, observer, cancel))]
        );
    }

    private static BenchResult Measure(
        BenchCase one,
        BenchSettings settings,
        Func<BenchCase, BenchMode, IReadOnlyList<int>, long> measureMemory,
        IBenchObserver? observer,
        CancellationToken cancel
    )
    {
        observer?.OnBench(one, "cut", 0, settings.Rounds);
        var plan = BenchSubject.Balance(one, settings);
        // Raw training detaches at the middle of the network, and has no blocks.
        IReadOnlyList<int>? EndsOf(BenchMode mode) => mode is BenchMode.Local or BenchMode.Pipelined ? plan.Ends : null;
        var subjects = Modes.ToDictionary(mode => mode, mode => new BenchSubject(one, mode, settings, EndsOf(mode)));
        try
        {
            var turns = new List<Dictionary<BenchMode, double>>();
            for (var round = 0; round < settings.Rounds; round++)
            {
                // Backwards every other time, so that no mode always follows the same one.
                var order = round % 2 == 0 ? Modes : [.. Modes.Reverse()];
                turns.Add(
                    order.ToDictionary(
                        mode => mode,
                        mode =>
                        {
                            observer?.OnBench(one, mode.ToString(), round, settings.Rounds);
                            return subjects[mode].SecondsPerStep(cancel);
                        }
                    )
                );
            }
            var blocks = Alone(subjects[BenchMode.Local], settings);
            turns.RemoveAt(0);
            long? Memory(BenchMode mode)
            {
                if (!settings.MeasuresMemory)
                    return null;
                cancel.ThrowIfCancellationRequested();
                observer?.OnBench(one, $"memory of {mode}", settings.Rounds, settings.Rounds);
                return measureMemory(one, mode, EndsOf(mode) ?? []);
            }
            var raw = Spread.Of(turns.Select(turn => turn[BenchMode.Raw])).Median;
            return new BenchResult(
                one,
                subjects[BenchMode.Local].Names(plan.Ends),
                [.. blocks.Select(seconds => 1000 * seconds)],
                raw / blocks.Max(),
                [
                    .. Modes.Select(mode => new BenchTiming(
                        mode,
                        Spread.Of(turns.Select(turn => 1000 * turn[mode])),
                        one.Batch / Spread.Of(turns.Select(turn => turn[mode])).Median,
                        Spread.Of(turns.Select(turn => turn[mode] / turn[BenchMode.Plain])),
                        Spread.Of(turns.Select(turn => turn[BenchMode.Raw] / turn[mode])),
                        Memory(mode)
                    )),
                ]
            );
        }
        finally
        {
            foreach (var subject in subjects.Values)
                subject.Dispose();
        }
    }

    private static IReadOnlyList<double> Alone(BenchSubject local, BenchSettings settings)
    {
        var threads = torch.get_num_threads();
        torch.set_num_threads(Math.Max(1, threads / settings.Blocks));
        try
        {
            return local.SecondsOfBlocks(settings.Steps);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }
}
