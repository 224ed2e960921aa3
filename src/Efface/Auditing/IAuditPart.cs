using Efface.Data;

namespace Efface.Auditing;

/// <summary>
/// A measurement of the user's own, taken at each place for each attribute. Its result appears in audit.json and in the report; the verdict
/// rests on attackers and certificates alone.
/// </summary>
public interface IAuditPart
{
    /// <summary>The name in audit.json.</summary>
    string Name { get; }

    /// <summary>Runs the measurement, in parallel with other steps of the audit, on its own thread.</summary>
    /// <param name="place">The place to measure.</param>
    /// <param name="attribute">The attribute to look for.</param>
    /// <param name="parts">Representations and labels; owned by the audit.</param>
    /// <param name="sampling">How test examples were drawn, for intervals.</param>
    /// <param name="cancel">To be checked regularly.</param>
    /// <returns>Each number by its name.</returns>
    IReadOnlyDictionary<string, Measured> Measure(
        Place place,
        Column attribute,
        AttackParts parts,
        Sampling sampling,
        CancellationToken cancel = default
    );
}
