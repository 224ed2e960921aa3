using Efface.Auditing;

namespace Efface.Records;

/// <summary>A training that diverged left its last good weights. Since it did not reach its end, every verdict must say so.</summary>
internal static class Divergence
{
    /// <summary>The first thing to say about a run that diverged; null if it did not.</summary>
    public static string? Of(RunRecord run) =>
        run.Result?.Diverged is { } cause
            ? $"the training diverged ({cause.TrimEnd('.')}): what follows is of its last good weights, not of a model that was trained "
                + "to its end; train again with a smaller --learning-rate"
            : null;

    /// <summary>The same as a sentence before others; empty if it did not diverge.</summary>
    public static string Opening(RunRecord run) => Of(run) is { } reason ? $"{char.ToUpperInvariant(reason[0])}{reason[1..]}. " : "";

    /// <summary>An audit with that reason before those of every place.</summary>
    public static AuditResult Told(RunRecord run, AuditResult audit) =>
        Of(run) is not { } reason
            ? audit
            : audit with
            {
                Representations = [.. audit.Representations.Select(place => place with { Reasons = [reason, .. place.Reasons] })],
                Joint = [.. audit.Joint.Select(place => place with { Reasons = [reason, .. place.Reasons] })],
            };

    /// <summary>Certificates with that reason before those of every attribute.</summary>
    public static CertificationRecord Told(RunRecord run, CertificationRecord certified) =>
        Of(run) is not { } reason
            ? certified
            : certified with
            {
                Attributes = [.. certified.Attributes.Select(attribute => attribute with { Reasons = [reason, .. attribute.Reasons] })],
            };

    /// <summary>Refuses to start from a run that diverged.</summary>
    /// <param name="from">The value of <c>--from</c>; null for none.</param>
    /// <exception cref="InvalidInputException">It diverged.</exception>
    public static void RefuseOrigin(string? from)
    {
        if (from is not null && RunFolder.Holds(from) && RunFolder.Open(from).Run.Result?.Diverged is { } cause)
            throw new InvalidInputException(
                $"--from {from}",
                $"its training diverged ({cause.TrimEnd('.')})",
                "Train it again with a smaller --learning-rate, and start from that"
            );
    }
}
