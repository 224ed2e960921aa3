namespace Efface.Auditing;

/// <summary>What an audit examines beside its attacks, each by name and only on request.</summary>
public static class AuditPart
{
    /// <summary>Planted, hidden and shuffled traces: without them no verdict is ever Forgotten.</summary>
    public const string Controls = "controls";

    /// <summary>Bounds on every attacker of a code: without them no verdict is ever Certified.</summary>
    public const string Certificate = "certificate";

    /// <summary>The chosen attacker, on subgroups of the test images.</summary>
    public const string Subgroups = "subgroups";

    /// <summary>How well other attributes can still be read.</summary>
    public const string Collateral = "collateral";

    /// <summary>What can be reconstructed from the representation.</summary>
    public const string Reconstruction = "reconstruction";

    /// <summary>Where in an image the network still sees the attribute (Grad-CAM).</summary>
    public const string Attention = "attention";

    /// <summary>Every part.</summary>
    public static IReadOnlyList<string> All { get; } = [Controls, Certificate, Subgroups, Collateral, Reconstruction, Attention];
}

/// <summary>A part of an audit that does not depend on the others.</summary>
/// <param name="Name">Its name in the progress display.</param>
/// <param name="Run">Runs it, and keeps the result.</param>
internal sealed record AuditStep(string Name, Action<CancellationToken> Run);
