using System.Globalization;

namespace Efface.Data;

/// <summary>
/// What makes a column that was chosen as task or attribute no column of classes: an attacker who confuses two spellings of one class, or
/// misses the right year of sixty by one, seems to read nothing.
/// </summary>
internal static class ClassCheck
{
    /// <summary>More different numbers are quantities.</summary>
    public const int MostNumbers = 20;

    private const int SmallNumber = 20, Shown = 5;

    private static readonly string[][] SameMeaning =
    [
        ["yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí"], ["no", "n", "false", "f", "0", "off", "nein", "non"],
        ["male", "m", "man", "boy", "männlich"], ["female", "f", "w", "woman", "girl", "weiblich"],
    ];

    private static readonly string[] Sentinels = ["-1", "-9", "-99", "-999", "-9999", "99", "999", "9999"];

    /// <summary>Everything that is wrong with the column, each with the rule to type.</summary>
    /// <param name="column">After the user's rules.</param>
    /// <param name="meant">Values that the user's rules name: what is wanted as it is needs no second look.</param>
    public static IEnumerable<Problem> Of(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        if (column.Values.Count > DelimitedText.MostClasses)
            return [Wrong(column, $"has {column.Values.Count:N0} different values: these are no classes", "Bin it with --bin, or choose another column")];
        if (column.IsKnown) return [];
        return [.. Dates(column), .. Quantities(column), .. Spellings(column, meant), .. InDoubt(column, meant), .. Broken(column)];
    }

    private static Problem Wrong(SheetColumn column, string fault, string remedy) => new($"column '{column.Name}'", fault, remedy);

    private static Dictionary<string, int> Rows(SheetColumn column)
        => column.Values.Zip(column.Counts()).ToDictionary(pair => pair.First, pair => pair.Second);

    private static string Named(SheetColumn column, IReadOnlyList<string> values)
    {
        var rows = Rows(column);
        return SheetColumn.Shown(values.Take(Shown).Select(value => (value, rows[value]))) + (values.Count > Shown ? $" and {values.Count - Shown} more" : "");
    }

    private static IEnumerable<Problem> Dates(SheetColumn column)
    {
        string[] dates = [.. column.Values.Where(SpreadsheetDamage.IsDate)];
        if (dates.Length == 0) yield break;
        yield return Wrong(column, $"has values that look like dates, as a spreadsheet makes them of 3-9 and the like: {Named(column, dates)}",
            SpreadsheetDamage.Remedy(column.Name, dates[0]));
    }

    private static IEnumerable<Problem> Quantities(SheetColumn column)
    {
        double[] numbers = [.. column.Values.Where(Spelling.IsNumber).Select(Number).Distinct().Order()];
        if (numbers.Length <= MostNumbers) yield break;
        double[] edges = [.. new[] { 0, 0.25, 0.5, 0.75 }.Select(share => numbers[(int)(share * (numbers.Length - 1))]).Distinct()];
        yield return Wrong(column,
            $"has {numbers.Length:N0} different numbers, from {Text(numbers[0])} to {Text(numbers[^1])}: these are quantities, and no classes",
            $"Make classes of them, as --bin {column.Name}={string.Join(',', edges.Select(Text))}; if the numbers name classes, write words in their place");
    }

    private static double Number(string value) => Spelling.IsNumber(value, out var number) ? number : double.NaN;

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<Problem> Spellings(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        var rows = Rows(column);
        var alike = column.Values.GroupBy(Spelling.Key).Select(group => group.ToArray())
            .Concat(SameMeaning.Select(words => column.Values.Where(value => words.Contains(Spelling.Key(value))).ToArray()))
            .Concat(Initials(column))
            .Where(group => group.Length > 1 && !group.All(meant.Contains))
            .DistinctBy(group => string.Join('\n', group.Order(StringComparer.Ordinal)));
        foreach (var group in alike)
        {
            var usual = group.MaxBy(value => rows[value])!;
            var (others, each) = (group.Where(value => value != usual), group.Select(value => $"--map {column.Name}={value}:{value}"));
            yield return Wrong(column, $"spells what seems to be one class in several ways: {Named(column, group)}",
                $"If they are one, give --map {column.Name}={string.Join('+', others)}:{usual}; if not, say so with {string.Join(' ', each)}");
        }
    }

    // M beside male, where nothing else begins so.
    private static IEnumerable<string[]> Initials(SheetColumn column)
        => from letter in column.Values
           where letter.Length == 1 && char.IsLetter(letter[0])
           let words = column.Values.Where(value => value.Length > 1 && value.StartsWith(letter, StringComparison.OrdinalIgnoreCase)).ToArray()
           where words.Length == 1
           select new[] { letter, words[0] };

    private static IEnumerable<Problem> InDoubt(SheetColumn column, IReadOnlyCollection<string> meant)
    {
        string[] numbers = [.. column.Values.Where(Spelling.IsNumber)], classes = [.. numbers.Except(Sentinels)];
        // CelebA and others write -1 and 1 for no and yes.
        if (column.Values.Count == 2 && numbers.Length == 2 && numbers.All(value => Math.Abs(Number(value)) == 1)) yield break;
        string[] doubtful = [.. numbers.Intersect(Sentinels).Except(meant)];
        if (doubtful.Length == 0 || classes.Length == 0 || classes.Any(value => Number(value) is < 0 or > SmallNumber)) yield break;
        var first = doubtful[0];
        yield return Wrong(column, $"has {Named(column, doubtful)} beside {string.Join(", ", classes.Take(Shown))}: a missing label, or a class?",
            $"If it is missing, give --missing {column.Name}={string.Join('+', doubtful)}; if it is a class, --map {column.Name}={first}:{first}; "
            + $"if it means another, as --map {column.Name}={first}+{classes[0]}:{classes[0]}");
    }

    private static IEnumerable<Problem> Broken(SheetColumn column)
    {
        string[] broken = [.. column.Values.Where(value => value.Contains('\uFFFD'))];
        if (broken.Length > 0) yield return Wrong(column, $"has values with bytes that are not UTF-8: {Named(column, broken)}", "Save the table as UTF-8");
    }
}
