using System.Diagnostics;

namespace Efface.Data.Vectors;

/// <summary>Tells an observer how far a file is read, and stops when the user wants it.</summary>
/// <param name="doing">In words.</param>
/// <param name="observer">Who wants to know.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class ReadingWatch(string doing, IReadingObserver? observer, CancellationToken cancel)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Some more rows are read.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public void Reached(long done, long total)
    {
        cancel.ThrowIfCancellationRequested();
        observer?.OnReading(new ReadingProgress(doing, (int)done, (int)total, _clock.Elapsed.TotalSeconds));
    }
}
