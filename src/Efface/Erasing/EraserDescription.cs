using Efface.Models.Balance;
using Efface.Training;

namespace Efface.Erasing;

/// <summary>A column that an eraser was fitted with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Classes">Its classes, in the order of labels.</param>
public sealed record EraserColumn(string Name, IReadOnlyList<string> Classes);

/// <summary>eraser.json: everything needed to build an eraser again, and to know what it is for.</summary>
public sealed record EraserDescription
{
    /// <summary>The version that is written: in version 1 a row's fold and noise were decided otherwise.</summary>
    internal const int CurrentVersion = 2;

    /// <summary>The version of this file's format.</summary>
    public int SchemaVersion { get; init; } = CurrentVersion;

    /// <summary>The recipe that fitted it.</summary>
    public required string Recipe { get; init; }

    /// <summary>D: how many numbers a vector has.</summary>
    public required int Size { get; init; }

    /// <summary>How many symbols a code has; 0 if vectors go out.</summary>
    public int Symbols { get; init; }

    /// <summary>What the vectors are for; null without a task.</summary>
    public EraserColumn? Task { get; init; }

    /// <summary>What is forgotten.</summary>
    public required IReadOnlyList<EraserColumn> Attributes { get; init; }

    /// <summary>Which columns or array held the vectors that it was fitted on; null if they came from memory.</summary>
    public string? Source { get; init; }

    /// <summary>On how many rows it was fitted.</summary>
    public int Rows { get; init; }

    /// <summary>The deviation of the noise, in parts of each direction's; null for a recipe without noise.</summary>
    public double? Noise { get; init; }

    /// <summary>The sizes of a balance erasure; null for another recipe.</summary>
    public BalanceShape? Balance { get; init; }

    /// <summary>The network of a code; null for another recipe.</summary>
    public ModelDescription? Network { get; init; }
}
