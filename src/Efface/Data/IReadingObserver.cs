namespace Efface.Data;

/// <summary>How far reading is.</summary>
/// <param name="Doing">Such as <c>decoding</c>.</param>
/// <param name="Done">Images.</param>
/// <param name="Total">Images.</param>
/// <param name="Seconds">Since it began.</param>
public sealed record ReadingProgress(string Doing, int Done, int Total, double Seconds)
{
    /// <summary>What is counted.</summary>
    public string Unit { get; init; } = "images";
}

/// <summary>Wants to know how far reading is.</summary>
public interface IReadingObserver
{
    /// <summary>Some more is done.</summary>
    void OnReading(ReadingProgress progress);

    /// <summary>Something that the user should know, and that is no fault.</summary>
    void OnNote(string note);
}
