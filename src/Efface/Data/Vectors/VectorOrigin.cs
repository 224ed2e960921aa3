namespace Efface.Data.Vectors;

/// <summary>What was used of a file as vectors: a label among them would be a leak, and a missing column could hide one.</summary>
/// <param name="File">The file's name.</param>
/// <param name="What">The columns or the array.</param>
/// <param name="Numbers">Numbers per image; 1 for a code.</param>
/// <param name="How">How it was found.</param>
public sealed record VectorOrigin(string File, string What, long Numbers, string How)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{File}: the vectors are {Numbers:N0} {(Numbers == 1 ? "number" : "numbers")} a row, {What} ({How})";
}
