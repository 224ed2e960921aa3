using Efface.Data;

namespace Efface.Auditing;

/// <summary>
/// A measurement of the user's own, taken at each place for each attribute. What it finds stands in audit.json and in the report; the
/// verdict rests on attackers and certificates alone.
/// </summary>
public interface IAuditPart
{
    /// <summary>The name in audit.json.</summary>
    string Name { get; }

    /// <summary>Measures; runs beside other steps of the audit, on a thread of its own.</summary>
    /// <param name="place">Where it looks.</param>
    /// <param name="attribute">What is looked for.</param>
    /// <param name="parts">Representations and labels; owned by the audit.</param>
    /// <param name="sampling">How test examples were drawn: for intervals.</param>
    /// <param name="cancel">To be checked now and then.</param>
    /// <returns>Each number by its name.</returns>
    IReadOnlyDictionary<string, Measured> Measure(
        Place place,
        Column attribute,
        AttackParts parts,
        Sampling sampling,
        CancellationToken cancel = default
    );
}
