namespace Efface.Data;

/// <summary>The use of an image.</summary>
public enum Part
{
    /// <summary>The extractor learns from it.</summary>
    Train,

    /// <summary>Everything that is chosen (epochs, settings, the best attacker) is chosen on it.</summary>
    Validation,

    /// <summary>Used once, for the reported numbers.</summary>
    Test,
}

/// <summary>Names of parts.</summary>
internal static class PartWords
{
    /// <summary>The part in a sentence or a file: <c>train</c>, <c>validation</c>, <c>test</c>.</summary>
    public static string Word(this Part part) => part.ToString().ToLowerInvariant();
}
