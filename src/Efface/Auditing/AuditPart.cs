namespace Efface.Auditing;

/// <summary>What an audit looks at beside its attacks, each by a name and only where it is asked for.</summary>
public static class AuditPart
{
    /// <summary>Planted, hidden and shuffled traces: without them nothing is ever Forgotten.</summary>
    public const string Controls = "controls";

    /// <summary>Bounds on every attacker of a code: without them nothing is ever Certified.</summary>
    public const string Certificate = "certificate";

    /// <summary>The attacker that counts, on parts of the test images.</summary>
    public const string Subgroups = "subgroups";

    /// <summary>How well other attributes can still be read.</summary>
    public const string Collateral = "collateral";

    /// <summary>What can be drawn again from the representation.</summary>
    public const string Reconstruction = "reconstruction";

    /// <summary>Where in an image the network still sees the attribute (Grad-CAM).</summary>
    public const string Attention = "attention";

    /// <summary>Every part.</summary>
    public static IReadOnlyList<string> All { get; } = [Controls, Certificate, Subgroups, Collateral, Reconstruction, Attention];
}

/// <summary>A piece of an audit that needs nothing of the others.</summary>
/// <param name="Name">What it looks at, for the progress display.</param>
/// <param name="Run">Looks, and keeps what it finds.</param>
internal sealed record AuditStep(string Name, Action<CancellationToken> Run);
