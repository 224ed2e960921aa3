using System.Text.Json.Serialization;
using Efface.Auditing;
using Efface.Interchange;

namespace Efface.Runs.Exports;

/// <summary>What an exported network takes.</summary>
public enum ExportInput
{
    /// <summary>u8 pixels; normalisation is part of the file.</summary>
    Pixels,

    /// <summary>f32 numbers that are already normalised.</summary>
    Normalised,
}

/// <summary>What is to be exported, and where to.</summary>
public sealed record ExportOptions
{
    /// <summary>The run's folder.</summary>
    [Setting("--run", "DIR", "The run folder to export.")]
    public string Run { get; init; } = "";

    /// <summary>The new file.</summary>
    [Setting("--out", "FILE", "The new ONNX file.")]
    public string Output { get; init; } = "";

    /// <summary>Which part of a network.</summary>
    [JsonConverter(typeof(Words<ExportPart>))]
    [Setting("--part", "PART", "Of a network: extractor, classifier or whole (the default).")]
    public ExportPart? Part { get; init; }

    /// <summary>What a network takes.</summary>
    [JsonConverter(typeof(Words<ExportInput>))]
    [Setting("--input", "KIND", "Of a network: pixels (u8, the default), or normalised (f32).")]
    public ExportInput? Input { get; init; }

    /// <summary>Whether an eraser's file gets a second output with the task's logits.</summary>
    [Setting("--task-head", null, "Of an eraser: a second output with the task's logits, fitted on erased vectors.")]
    public bool HasTaskHead { get; init; }

    /// <summary>Whether the audit is not repeated.</summary>
    [Setting("--no-audit", null, "Do not repeat the run's audit on what ONNX Runtime returns.")]
    public bool WithoutAudit { get; init; }
}

/// <summary>What was exported, and how it was checked.</summary>
/// <param name="File">The new file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Compared">How many test images or vectors went through both.</param>
/// <param name="LargestDifference">Between both, in parts of the largest number, or of 1 if that is larger.</param>
/// <param name="Verdict">Of the audit, repeated on what ONNX Runtime returned; null if it was not repeated.</param>
public sealed record ExportRecord(string File, long Bytes, int Compared, double LargestDifference, Verdict? Verdict);
