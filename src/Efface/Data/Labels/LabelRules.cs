namespace Efface.Data;

/// <summary>What the user says about labels, as the flags are written. They apply in the order in which they stand here.</summary>
public sealed record LabelRules
{
    /// <summary>
    /// <c>--missing</c>: <c>race=n/k+99</c>; these values are no class, and the usual spellings of missing are none either.
    /// </summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary><c>--bin</c>: <c>age=0,10,20</c>.</summary>
    public IReadOnlyList<string> Bin { get; init; } = [];

    /// <summary><c>--map</c>: <c>race=Indian+Asian:Asia</c>.</summary>
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary><c>--only</c>: <c>race=White+Black</c>.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary><c>--drop</c>: <c>race=Others</c>.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>A rule as a user types it into a shell.</summary>
    internal static string Typed(string flag, string rule) =>
        rule.All(letter => char.IsLetterOrDigit(letter) || "=+:.,-_/".Contains(letter, StringComparison.Ordinal))
            ? $"{flag} {rule}"
            : $"{flag} '{rule.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
