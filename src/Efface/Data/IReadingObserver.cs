namespace Efface.Data;

/// <summary>The progress of reading.</summary>
/// <param name="Doing">Such as <c>decoding</c>.</param>
/// <param name="Done">Images.</param>
/// <param name="Total">Images.</param>
/// <param name="Seconds">Since the start.</param>
public sealed record ReadingProgress(string Doing, int Done, int Total, double Seconds)
{
    /// <summary>The unit of the counts.</summary>
    public string Unit { get; init; } = "images";
}

/// <summary>Receives the progress of reading.</summary>
public interface IReadingObserver
{
    /// <summary>Called when more is done.</summary>
    void OnReading(ReadingProgress progress);

    /// <summary>Called with something that the user should know, and that is no fault.</summary>
    void OnNote(string note);
}
