namespace Efface.Data.Sheets;

/// <summary>The user's rules for labels, as written. They apply in the order of these properties.</summary>
public record LabelRules
{
    /// <summary><c>race=n/k+99</c>: these values are missing, as are the usual spellings of missing.</summary>
    [Setting("--missing", "RULE", "Values that are no class: race=99+n/k. May be given again.", Repeats = true)]
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary><c>age=0,10,20</c>.</summary>
    [Setting("--bin", "RULE", "Bins a numeric column: age=0,10,20,30. May be given again.", Repeats = true)]
    public IReadOnlyList<string> Bin { get; init; } = [];

    /// <summary><c>race=Indian+Asian:Asia</c>.</summary>
    [Setting("--map", "RULE", "Merges classes: race=Indian+Asian:Asia. May be given again.", Repeats = true)]
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary><c>race=White+Black</c>.</summary>
    [Setting("--only", "RULE", "Keeps rows of these classes: race=White+Black. May be given again.", Repeats = true)]
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary><c>race=Others</c>.</summary>
    [Setting("--drop", "RULE", "Leaves out rows of these classes: race=Others. May be given again.", Repeats = true)]
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>Only the rules of settings that hold more.</summary>
    internal static LabelRules Of(LabelRules settings) => new(settings);

    /// <summary>A rule as a user types it into a shell.</summary>
    internal static string Typed(string flag, string rule) =>
        rule.All(letter => char.IsLetterOrDigit(letter) || "=+:.,-_/".Contains(letter, StringComparison.Ordinal))
            ? $"{flag} {rule}"
            : $"{flag} '{rule.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
