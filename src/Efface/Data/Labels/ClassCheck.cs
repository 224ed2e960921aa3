using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Sheets;

namespace Efface.Data.Labels;

/// <summary>
/// Why a column chosen as task or attribute is not a column of classes: an attacker that confuses two spellings of one class, or misses the
/// right year of sixty by one, seems to read nothing.
/// </summary>
internal static class ClassCheck
{
    /// <summary>More different numbers than this are quantities.</summary>
    public const int MostNumbers = 20;

    private const int Shown = 5;

    private static readonly string[][] SameMeaning =
    [
        ["yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí"],
        ["no", "n", "false", "f", "0", "off", "nein", "non"],
        ["male", "m", "man", "boy", "männlich"],
        ["female", "f", "w", "woman", "girl", "weiblich"],
    ];

    private static readonly string[] Sentinels = ["-1", "-9", "-99", "-999", "-9999", "99", "999", "9999"];

    /// <summary>Everything that is wrong with the column, each with the rule to type.</summary>
    /// <param name="column">After the user's rules.</param>
    /// <param name="meant">Values that the user's rules name: they need no second check.</param>
    public static IEnumerable<Problem> Of(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        if (column.Values.Count > DelimitedText.MostClasses)
            return
            [
                Wrong(
                    column,
                    $"has {column.Values.Count:N0} different values: these are no classes",
                    "Bin it with --bin, or choose another column"
                ),
            ];
        if (column.IsKnown)
            return [];
        return [.. Dates(column, meant), .. Quantities(column), .. Spellings(column, meant), .. Accents(column), .. Broken(column)];
    }

    private static Problem Wrong(SheetColumn column, string fault, string remedy) => new($"column '{column.Name}'", fault, remedy);

    private static Dictionary<string, int> Rows(SheetColumn column) =>
        column.Values.Zip(column.Counts()).ToDictionary(pair => pair.First, pair => pair.Second);

    private static string Named(SheetColumn column, IReadOnlyList<string> values)
    {
        var rows = Rows(column);
        return SheetColumn.Shown(values.Take(Shown).Select(value => (value, rows[value])))
            + (values.Count > Shown ? $" and {values.Count - Shown} more" : "");
    }

    private static IEnumerable<Problem> Dates(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        string[] dates = [.. column.Values.Where(SpreadsheetDamage.IsDate).Except(meant)];
        if (dates.Length == 0)
            yield break;
        yield return Wrong(
            column,
            $"has values that look like dates, as a spreadsheet makes them of 3-9 and the like: {Named(column, dates)}",
            SpreadsheetDamage.Remedy(column.Name, dates[0])
        );
    }

    private static IEnumerable<Problem> Quantities(SheetColumn column)
    {
        double[] numbers = [.. column.Values.Where(Spelling.IsNumber).Select(Number).Distinct().Order()];
        if (numbers.Length <= MostNumbers)
            yield break;
        double[] edges = [.. new[] { 0, 0.25, 0.5, 0.75 }.Select(share => numbers[(int)(share * (numbers.Length - 1))]).Distinct()];
        yield return Wrong(
            column,
            $"has {numbers.Length:N0} different numbers, from {Text(numbers[0])} to {Text(numbers[^1])}: these are quantities, and no "
                + "classes",
            $"Make classes of them, as {LabelRules.Typed("--bin", $"{column.Name}={string.Join(',', edges.Select(Text))}")}; "
                + "if the numbers name classes, write words in their place"
        );
    }

    private static double Number(string value) => Spelling.IsNumber(value, out var number) ? number : double.NaN;

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<Problem> Spellings(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        var rows = Rows(column);
        var alike = column
            .Values.GroupBy(Spelling.Key)
            .Select(group => group.ToArray())
            .Concat(SameMeaning.Select(words => column.Values.Where(value => words.Contains(Spelling.Key(value))).ToArray()))
            .Concat(Initials(column))
            .Where(group => group.Length > 1 && !group.All(meant.Contains))
            .DistinctBy(group => string.Join('\n', group.Order(StringComparer.Ordinal)));
        foreach (var group in alike)
        {
            var usual = group.MaxBy(value => rows[value])!;
            string Map(IEnumerable<string> values, string into) =>
                LabelRules.Typed("--map", $"{column.Name}={string.Join('+', values)}:{into}");
            yield return Wrong(
                column,
                $"spells what seems to be one class in several ways: {Named(column, group)}",
                group.Any(value => value.Contains(':') || value.Contains('+'))
                    ? "Write it in one way in the file: a rule has its own use for : and +"
                    : $"If they are one, give {Map(group.Where(value => value != usual), usual)}; if not, say so with "
                        + $"{string.Join(' ', group.Select(value => Map([value], value)))}"
            );
        }
    }

    // M beside male, if nothing else begins with it.
    private static IEnumerable<string[]> Initials(SheetColumn column) =>
        from letter in column.Values
        where letter.Length == 1 && char.IsLetter(letter[0])
        let words = column.Values.Where(value => value.Length > 1 && value.StartsWith(letter, StringComparison.OrdinalIgnoreCase)).ToArray()
        where words.Length == 1
        select new[] { letter, words[0] };

    /// <summary>Numbers that may mark a missing label, before any rule: --bin would make a class of them.</summary>
    /// <param name="column">Without markers of missing values.</param>
    /// <param name="meant">Values that the user's rules name.</param>
    public static IEnumerable<Problem> InDoubt(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        if (column.IsKnown)
            yield break;
        string[] numbers = [.. column.Values.Where(Spelling.IsNumber)],
            classes = [.. numbers.Except(Sentinels)];
        // CelebA and others write -1 and 1 for no and yes.
        if (classes.Length == 0 || column.Values.Count == 2 && numbers.Length == 2 && numbers.All(value => Math.Abs(Number(value)) == 1))
            yield break;
        var (least, most) = (classes.Min(Number), classes.Max(Number));
        bool IsFarOut(string value) => Number(value) < 0 ? least >= 0 : Number(value) >= 2 * most;
        string[] doubtful = [.. numbers.Intersect(Sentinels).Except(meant).Where(IsFarOut)];
        if (doubtful.Length == 0)
            yield break;
        string Map(string value, string into) => LabelRules.Typed("--map", $"{column.Name}={value}:{into}");
        yield return Wrong(
            column,
            $"has {Named(column, doubtful)} beside {string.Join(", ", classes.Take(Shown))}: a missing label, or a class?",
            $"If it is missing, give {LabelRules.Typed("--missing", $"{column.Name}={string.Join('+', doubtful)}")}; if it is a class, "
                + $"{Map(doubtful[0], doubtful[0])}; "
                + $"if it means another, as {Map($"{doubtful[0]}+{classes[0]}", classes[0])}"
        );
    }

    // é as one character, and as e followed by an accent, look the same and are not.
    private static IEnumerable<Problem> Accents(SheetColumn column)
    {
        string[] apart = [.. column.Values.Where(value => value.Any(letter => letter is >= '\u0300' and <= '\u036F'))];
        if (apart.Length == 0 || !column.Values.Any(value => value.Any(letter => letter is >= '\u00C0' and <= '\u024F')))
            yield break;
        yield return Wrong(
            column,
            $"writes accents in two ways, as characters of their own (Unicode NFD) in {Named(column, apart)}, and composed (NFC) in others",
            "Write the table in one form, as with Python's unicodedata.normalize('NFC', text)"
        );
    }

    private static IEnumerable<Problem> Broken(SheetColumn column)
    {
        string[] broken = [.. column.Values.Where(value => value.Contains('\uFFFD'))];
        if (broken.Length > 0)
            yield return Wrong(column, $"has values with bytes that are not UTF-8: {Named(column, broken)}", "Save the table as UTF-8");
    }
}
