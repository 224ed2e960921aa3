namespace Efface.Auditing;

/// <summary>certificate.json: what was certified, and the sample behind it.</summary>
public sealed record CertificationRecord
{
    /// <summary>The version of this file's format.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The worst of the attributes' verdicts.</summary>
    public Verdict Verdict => Attributes.Max(attribute => attribute.Verdict);

    /// <summary>The fingerprint of the data: a run's, or that of the vectors and their labels.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The source of the symbols: <c>code</c>, or the place whose vectors the codebook reduces.</summary>
    public required string Place { get; init; }

    /// <summary>How many symbols there can be.</summary>
    public required int Symbols { get; init; }

    /// <summary>Reduces vectors to the certified symbols; null if there were symbols already.</summary>
    public Codebook? Codebook { get; init; }

    /// <summary>τ.</summary>
    public required double Tolerance { get; init; }

    /// <summary>1 - δ.</summary>
    public required double Confidence { get; init; }

    /// <summary>How many images of the sample have each symbol, [Symbols].</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>Each attribute, and all at once if there are several.</summary>
    public required IReadOnlyList<CertifiedAttribute> Attributes { get; init; }
}

/// <summary>The certificate of one attribute.</summary>
/// <param name="Attribute">z; several joined by +.</param>
/// <param name="Verdict">Certified, Leaks, or Inconclusive.</param>
/// <param name="Reasons">Why, in words.</param>
/// <param name="Classes">The classes of z.</param>
/// <param name="Certificates">The bounds.</param>
/// <param name="WorstSymbol">The symbol that reveals most.</param>
public sealed record CertifiedAttribute(
    string Attribute,
    Verdict Verdict,
    IReadOnlyList<string> Reasons,
    IReadOnlyList<string> Classes,
    IReadOnlyList<Certificate> Certificates,
    WorstSymbol WorstSymbol
);
