using Efface.Data.Sources;
using Efface.Interchange;

namespace Efface.Runs.Encodings;

/// <summary>Which images go through which model, and where to.</summary>
public sealed record EncodeOptions
{
    /// <summary>The folder of a run that holds a network, or an eraser behind a user's model; null for an ONNX file.</summary>
    [Setting("--run", "DIR", "The run folder whose model the images go through; else give --extractor.")]
    public string? Run { get; init; }

    /// <summary>The new table.</summary>
    [Setting("--out", "FILE", "The new table: .csv or .parquet.")]
    public string Output { get; init; } = "";

    /// <summary>An ONNX file instead of a run.</summary>
    public ExtractorOptions Extractor { get; init; } = new();

    /// <summary>The images.</summary>
    public DataOptions Data { get; init; } = new();
}

/// <summary>What was encoded.</summary>
/// <param name="Output">The new table.</param>
/// <param name="Rows">All rows.</param>
/// <param name="Columns">Their names; of vectors the first and the last.</param>
/// <param name="Unusable">How many pictures cannot be read; their rows are empty behind the name.</param>
public sealed record EncodeRecord(string Output, int Rows, IReadOnlyList<string> Columns, int Unusable)
{
    /// <summary>Why, each with its picture.</summary>
    public IReadOnlyList<Problem> Faults { get; init; } = [];
}
