using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Efface.Auditing;

/// <summary>
/// Runs independent work in parallel. Each lane has its own native threads, so that results do not depend on what runs beside it; small
/// operations use one core better than several that wait for each other.
/// </summary>
/// <param name="count">The number of lanes.</param>
/// <param name="threads">Threads per operation in a lane.</param>
internal sealed class Lanes(int count, int threads = 1)
{
    /// <summary>
    /// One lane for each thread that the caller may use; fewer, with more threads each, if memory does not hold that much work at once.
    /// </summary>
    /// <param name="bytes">The most memory that a piece of work takes.</param>
    public static Lanes For(long bytes)
    {
        var (cores, memory) = (torch.get_num_threads(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        var count = (int)Math.Clamp(memory / Math.Max(1, bytes), 1, cores);
        return new Lanes(count, cores / count);
    }

    /// <summary>Runs everything; the first fault cancels work that has not started, and is thrown.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public void Run(IReadOnlyList<Action> work, CancellationToken cancel = default)
    {
        var (next, before) = (-1, torch.get_num_threads());
        ExceptionDispatchInfo? fault = null;
        void Lane()
        {
            torch.set_num_threads(threads);
            while (fault is null && !cancel.IsCancellationRequested && Interlocked.Increment(ref next) is var mine && mine < work.Count)
                try
                {
                    work[mine]();
                }
                catch (Exception thrown)
                {
                    Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(thrown), null);
                }
        }
        Thread[] lanes = [.. Enumerable.Range(0, Math.Min(count, work.Count)).Select(_ => new Thread(Lane) { IsBackground = true })];
        foreach (var lane in lanes)
            lane.Start();
        foreach (var lane in lanes)
            lane.Join();
        // Threads that are new to torch take the last setting.
        torch.set_num_threads(before);
        fault?.Throw();
        cancel.ThrowIfCancellationRequested();
    }
}
