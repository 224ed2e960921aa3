namespace Efface.Interchange;

/// <summary>A model that somebody trained elsewhere, whose vectors are looked at; it is not trained.</summary>
public sealed record ExtractorOptions
{
    /// <summary>An ONNX file.</summary>
    [Setting("--extractor", "FILE", "An ONNX model: images of --data go through it, and its vectors are looked at.")]
    public string? Extractor { get; init; }

    /// <summary>The output, or another value of its graph, that holds the vectors; null takes the only output.</summary>
    [Setting("--output", "NAME", "Which of the ONNX model's values holds the vectors (its only output).")]
    public string? Output { get; init; }

    /// <summary>How pixels become its input; null takes what the file itself says.</summary>
    [Setting("--preprocess", "HOW", "How pixels become its input: " + Preprocessing.Words + "; or an ONNX file.")]
    public string? Preprocess { get; init; }

    /// <summary>SHA-256 of the model that was read; null before.</summary>
    public string? ExtractorHash { get; init; }
}
