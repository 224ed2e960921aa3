using System.Diagnostics;

namespace Efface.Data.Vectors;

/// <summary>Reports to an observer how far a file is read, and stops when the user asks for it.</summary>
/// <param name="doing">In words.</param>
/// <param name="observer">Receives the progress.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class ReadingWatch(string doing, IReadingObserver? observer, CancellationToken cancel)
{
    /// <summary>What is counted.</summary>
    public string Unit { get; init; } = "images";

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Called when more rows are read.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public void Reached(long done, long total)
    {
        cancel.ThrowIfCancellationRequested();
        observer?.OnReading(new ReadingProgress(doing, (int)done, (int)total, _clock.Elapsed.TotalSeconds) { Unit = Unit });
    }
}
