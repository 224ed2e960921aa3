using System.Text.Json.Serialization;
using Efface.Auditing;
using Efface.Records;

namespace Efface.Runs.Experiments;

/// <summary>A run and its audit: the basis of one row of a table, or one field of a map, for one seed.</summary>
internal sealed record ExperimentCell
{
    /// <summary>Identifies it; its folder below the experiment's.</summary>
    public required string Name { get; init; }

    /// <summary>The settings to train it; <see cref="From"/> fills in <see cref="ModelSettings.From"/>.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>Whether it forgets; else it is a model before unlearning.</summary>
    public required bool Forgets { get; init; }

    /// <summary>The cell whose model it starts from; null from scratch.</summary>
    public string? From { get; init; }

    /// <summary>
    /// The cell, or the whole path of a run, to copy instead of training again, so that something else can be audited; null for none.
    /// </summary>
    public string? CopyOf { get; init; }

    /// <summary>
    /// For a copy: the configuration that decides where it is cut, so that it shows what the model before releases at another method's
    /// place; null leaves its cut.
    /// </summary>
    public RunConfig? CutAs { get; init; }

    /// <summary>The cell whose audit is that of the model before, read at this one's place; null takes <see cref="From"/>.</summary>
    public string? Before { get; init; }

    /// <summary>The cells that must be finished before this one starts.</summary>
    [JsonIgnore]
    public IEnumerable<string> After => new[] { From, CopyOf, Before }.OfType<string>();

    /// <summary>The attributes to audit; empty for no audit.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    /// <summary>The settings of its audit.</summary>
    public required AuditSettings Audit { get; init; }
}
