using System.Globalization;

namespace Efface.Data;

/// <summary>Which cells of a column say that there is no label.</summary>
internal static class MissingLabels
{
    // Above this share of a column nobody can know whether "none" is a class (no glasses) or an empty cell.
    private const double Doubtful = 0.2;

    private static readonly HashSet<string> Words =
    [
        "nan", "na", "n/a", "<na>", "n.a", "none", "null", "nil", "nat", "?", "??", "???", "-", "--", "—", "\\n", "unknown", "unk", "undefined", "missing", "notavailable",
        "notapplicable", "notspecified", "unspecified", "unbekannt", "inconnu", "k.a", "n/k", "(null)", "(missing)", "(blank)", "(empty)", "empty", "blank", "#n/a", "not known",
    ];

    /// <summary>The column without the values that say nothing, and a sentence for the user where there were any.</summary>
    /// <param name="column">As it was read.</param>
    /// <param name="said">Values that <c>--missing</c> names.</param>
    /// <param name="meant">Values that other rules name: they are no slips.</param>
    /// <param name="problems">Told where too much of the column would go without the user's word.</param>
    /// <param name="isChosen">Whether the column is task or attribute.</param>
    public static (SheetColumn Column, Finding? Told) Apply(SheetColumn column, IReadOnlyCollection<string> said, IReadOnlyCollection<string> meant, bool isChosen, List<Problem> problems)
    {
        if (column.IsOpen || column.IsKnown && said.Count == 0) return (column, null);
        bool IsMissing(string value) => said.Contains(value) || !column.IsKnown && !meant.Contains(value) && SaysMissing(column, value);
        var missing = column.Values.Select(IsMissing).ToArray();
        if (!missing.Contains(true)) return (column, null);

        var counts = column.Counts();
        var words = column.Values.Zip(counts).Where((_, i) => missing[i]).OrderByDescending(pair => pair.Second).ToArray();
        var unsaid = words.Where(pair => !said.Contains(pair.First)).ToArray();
        if (isChosen && unsaid.Sum(pair => pair.Second) > Doubtful * counts.Sum())
        {
            var list = string.Join('+', unsaid.Select(pair => pair.First));
            problems.Add(new Problem($"column '{column.Name}'", $"says {SheetColumn.Shown(unsaid)}: a missing label, or a class?", $"If it is missing, give --missing {column.Name}={list}; if it is a class, --map {column.Name}={unsaid[0].First}:{unsaid[0].First}"));
        }
        string[] classes = [.. column.Values.Where((_, i) => !missing[i])];
        var told = new Finding($"column {column.Name} has values that are read as missing", words.Sum(pair => pair.Second), [.. words.Take(5).Select(SheetColumn.Shown)], $"If one is a class, give --map {column.Name}={words[0].First}:{words[0].First}");
        return (column.Recoded(classes, [.. column.Values.Select(value => Array.IndexOf(classes, value))]), told);
    }

    private static bool SaysMissing(SheetColumn column, string value)
        => Words.Contains(Spelling.Key(value)) || Words.Contains(value.ToLower(CultureInfo.InvariantCulture)) || SpreadsheetDamage.IsError(value)
            // Beside words a lone -1 is what programs write for none; beside other numbers it may be a class.
            || value == "-1" && column.Values.Any(other => !Spelling.IsNumber(other) && !Words.Contains(Spelling.Key(other))) && column.Values.All(other => other == value || !Spelling.IsNumber(other));
}
