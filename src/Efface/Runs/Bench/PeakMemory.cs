using System.Globalization;
using TorchSharp;

namespace Efface.Runs.Bench;

/// <summary>
/// The peak memory of training beside weights, optimisers and the runtime. For a separate process: memory used earlier would hide it.
/// </summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status",
        Reset = "/proc/self/clear_refs";
    private const int Steps = 3,
        FewImages = 4;

    /// <summary>Whether the system reports it.</summary>
    public static bool IsKnown => File.Exists(Status);

    /// <summary>Bytes at the peak of some steps, less those after the optimisers exist.</summary>
    /// <param name="one">Network, size, precision and batch.</param>
    /// <param name="mode">How it trains.</param>
    /// <param name="settings">Stem, width, threads and seed.</param>
    /// <param name="ends">Where blocks end; empty cuts once, in the default place.</param>
    public static long Of(BenchCase one, BenchMode mode, BenchSettings settings, IReadOnlyList<int> ends)
    {
        if (settings.Threads is { } threads)
            torch.set_num_threads(threads);
        using var subject = new BenchSubject(one, mode, settings with { Steps = Steps }, ends.Count == 0 ? null : ends);
        // A small batch creates the optimisers' state.
        subject.Run(1, images: FewImages);
        GC.Collect();
        var before = Read("VmRSS");
        File.WriteAllText(Reset, "5");
        subject.Run(Steps, one.Batch);
        return Read("VmHWM") - before;
    }

    private static long Read(string name)
    {
        var line = File.ReadLines(Status).First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
