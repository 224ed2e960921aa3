using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Sheets;

namespace Efface.Data.Labels;

/// <summary>Which cells of a column mark a missing label.</summary>
internal static class MissingLabels
{
    // Above this share of a column it is unclear whether "none" is a class (no glasses) or an empty cell.
    private const double Doubtful = 0.2;
    private const int Shown = 5;

    private static readonly HashSet<string> Words =
    [
        "nan",
        "na",
        "n/a",
        "<na>",
        "n.a",
        "none",
        "null",
        "(null)",
        "nil",
        "nat",
        "?",
        "??",
        "???",
        "-",
        "--",
        "\\n",
        "k.a",
        "n/k",
        "#n/a",
        "unknown",
        "notknown",
        "unk",
        "undefined",
        "unspecified",
        "notspecified",
        "unbekannt",
        "inconnu",
        "missing",
        "(missing)",
        "notavailable",
        "notapplicable",
        "empty",
        "(empty)",
        "blank",
        "(blank)",
    ];

    /// <summary>The column without its missing values, and a sentence for the user if there were any.</summary>
    /// <param name="column">As read.</param>
    /// <param name="said">Values that <c>--missing</c> names.</param>
    /// <param name="meant">Values that other rules name: they are intended.</param>
    /// <param name="isChosen">Whether the column is task or attribute.</param>
    /// <param name="problems">Receives a problem if too much of the column would be dropped without the user's consent.</param>
    public static (SheetColumn Column, Finding? Told) Apply(
        SheetColumn column,
        IReadOnlyCollection<string> said,
        IReadOnlyCollection<string> meant,
        bool isChosen,
        List<Problem> problems
    )
    {
        if (column.IsOpen || column.IsKnown && said.Count == 0)
            return (column, null);
        bool IsMissing(string value) => said.Contains(value) || !column.IsKnown && !meant.Contains(value) && SaysMissing(column, value);
        var words = column
            .Values.Zip(column.Counts())
            .Where(pair => IsMissing(pair.First))
            .OrderByDescending(pair => pair.Second)
            .ToArray();
        if (words.Length == 0)
            return (column, null);

        var unsaid = words.Where(pair => !said.Contains(pair.First)).ToArray();
        if (isChosen && unsaid.Sum(pair => pair.Second) > Doubtful * column.Counts().Sum())
            problems.Add(InDoubt(column, unsaid));
        string[] classes = [.. column.Values.Except(words.Select(pair => pair.First))];
        var told = new Finding(
            $"column {column.Name} has values that are read as missing",
            words.Sum(pair => pair.Second),
            [.. words.Take(Shown).Select(SheetColumn.Shown)],
            $"If one is a class, give {LabelRules.Typed("--map", $"{column.Name}={words[0].First}:{words[0].First}")}"
        );
        return (column.Recoded(classes, [.. column.Values.Select(value => Array.IndexOf(classes, value))]), told);
    }

    private static Problem InDoubt(SheetColumn column, (string Value, int Rows)[] words) =>
        new(
            $"column '{column.Name}'",
            $"says {SheetColumn.Shown(words)}: a missing label, or a class?",
            "If it is missing, give "
                + $"{LabelRules.Typed("--missing", $"{column.Name}={string.Join('+', words.Select(word => word.Value))}")}; "
                + $"if it is a class, {LabelRules.Typed("--map", $"{column.Name}={words[0].Value}:{words[0].Value}")}"
        );

    private static bool SaysMissing(SheetColumn column, string value) =>
        Words.Contains(Spelling.Key(value))
        || Words.Contains(value.ToLower(CultureInfo.InvariantCulture))
        || SpreadsheetDamage.IsError(value)
        || value == "-1" && IsBesideWords(column, value);

    // Beside words a lone -1 usually marks a missing value; beside other numbers it may be a class.
    private static bool IsBesideWords(SheetColumn column, string number)
    {
        string[] others = [.. column.Values.Where(value => value != number && !Words.Contains(Spelling.Key(value)))];
        return others.Length > 0 && !others.Any(Spelling.IsNumber);
    }
}
