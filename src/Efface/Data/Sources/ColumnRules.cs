using System.Globalization;
using System.Text.RegularExpressions;

namespace Efface.Data;

/// <summary>What the user wants done to columns: numbers binned, classes merged, rows chosen by class.</summary>
internal static partial class ColumnRules
{
    /// <summary>The columns that a rule or a flag names: they are read whole, however many values they have.</summary>
    public static IReadOnlySet<string> Needed(DataOptions options)
        => Parse(options.Reading, []).Select(rule => rule.Column).Concat(options.Attributes)
            .Concat(new[] { options.Task, options.Reading.SplitColumn, options.Reading.GroupColumn }.OfType<string>()).ToHashSet();

    /// <summary>What is wrong with the rules as they are written, whatever the data.</summary>
    public static IReadOnlyList<Problem> Check(ReadingOptions reading)
    {
        var problems = new List<Problem>();
        _ = Parse(reading, problems).Count();
        return problems;
    }

    /// <summary>Applies the rules: --bin, then --map, then --only and --drop.</summary>
    /// <param name="sheet">The labels; rows whose number is in no bin become faults.</param>
    /// <param name="reading">The rules.</param>
    /// <exception cref="InvalidInputException">A rule names a column or a value that is not there: all of them at once.</exception>
    public static LabelSheet Apply(LabelSheet sheet, ReadingOptions reading)
    {
        var problems = new List<Problem>();
        var asked = Parse(reading, []).ToArray();
        var usual = Parse(new ReadingOptions { Bin = sheet.Bins }, []).Where(rule => !asked.Any(other => other.Flag == "--bin" && other.Column == rule.Column));
        var chosen = new bool[sheet.Count];
        Array.Fill(chosen, true);
        var draft = new SheetDraft(sheet.Count, sheet.Place);
        var columns = sheet.Columns.ToDictionary(column => column.Name);
        foreach (var rule in usual.Concat(asked))
        {
            if (!columns.TryGetValue(rule.Column, out var column))
                problems.Add(new Problem(rule.ToString(), $"no column '{rule.Column}' in data set {sheet.Name}", $"Its columns are {string.Join(", ", columns.Keys)}"));
            else if (rule.Flag != "--bin" && rule.Values.Where(value => !column.Values.Contains(value)).ToArray() is { Length: > 0 } unknown)
                problems.Add(new Problem(rule.ToString(), $"column {rule.Column} has no value {string.Join(", ", unknown.Select(value => $"'{value}'"))}", $"Its values are {Some(column.Values)}"));
            else if (rule.Flag == "--bin") columns[rule.Column] = Bin(column, rule, draft);
            else if (rule.Flag == "--map") columns[rule.Column] = Merge(column, rule);
            else columns[rule.Column] = Choose(column, rule, chosen);
        }
        if (problems.Count > 0) throw new InvalidInputException(problems);

        var result = draft.Finish(sheet with { Columns = [.. sheet.Columns.Select(column => columns[column.Name])] }, sheet.Faults);
        if (!chosen.Contains(false)) return result;
        // The draft has left rows out: those that are chosen are counted among the rest.
        int[] rest = [.. Enumerable.Range(0, sheet.Count).Where(row => !draft.IsRefused(row))];
        int[] kept = [.. Enumerable.Range(0, rest.Length).Where(i => chosen[rest[i]])];
        return result.Select(kept) with { LeftOut = rest.Length - kept.Length };
    }

    private static SheetColumn Bin(SheetColumn column, Rule rule, SheetDraft draft)
    {
        double[] edges = [.. rule.Values.Select(edge => double.Parse(edge, CultureInfo.InvariantCulture))];
        double?[] numbers = [.. column.Values.Select(value => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : (double?)null)];
        var whole = edges.All(double.IsInteger) && numbers.All(number => number is null || double.IsInteger(number.Value));
        int[] bins = [.. numbers.Select(number => number is null ? -1 : Array.FindLastIndex(edges, edge => edge <= number))];
        var codes = new int[column.Codes.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = column.Codes[row] < 0 ? -1 : bins[column.Codes[row]];
            if (column.Codes[row] < 0 || codes[row] >= 0) continue;
            draft.Refuse(row, column.Name, column.Value(row),
                numbers[column.Codes[row]] is null ? "is not a number, and --bin wants one" : $"lies below the first bin, {rule.Values[0]}", "Mend the value, or give other bins");
        }
        return new SheetColumn(column.Name, [.. edges.Select((edge, i) => BinName(edge, i + 1 < edges.Length ? edges[i + 1] : null, whole))], codes);
    }

    private static string BinName(double from, double? to, bool whole) => (to, whole) switch
    {
        (null, _) => string.Create(CultureInfo.InvariantCulture, $"{from}+"),
        (_, true) when to == from + 1 => from.ToString(CultureInfo.InvariantCulture),
        (_, true) => string.Create(CultureInfo.InvariantCulture, $"{from}-{to - 1}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{from} to {to}"),
    };

    // The merged class stands where the first of its parts stood; merging into a class that is there already joins it.
    private static SheetColumn Merge(SheetColumn column, Rule rule)
    {
        string[] names = [.. column.Values.Select(value => rule.Values.Contains(value) ? rule.Into! : value)];
        string[] classes = [.. names.Distinct()];
        return column.Recoded(classes, [.. names.Select(name => Array.IndexOf(classes, name))]);
    }

    private static SheetColumn Choose(SheetColumn column, Rule rule, bool[] chosen)
    {
        var only = rule.Flag == "--only";
        bool[] stays = [.. column.Values.Select(value => rule.Values.Contains(value) == only)];
        for (var row = 0; row < chosen.Length; row++)
            chosen[row] &= column.Codes[row] < 0 ? !only : stays[column.Codes[row]];
        string[] classes = [.. column.Values.Where((_, i) => stays[i])];
        return column.Recoded(classes, [.. column.Values.Select(value => Array.IndexOf(classes, value))]);
    }

    private static string Some(IReadOnlyList<string> values)
        => string.Join(", ", values.Take(20)) + (values.Count > 20 ? $" and {values.Count - 20} more" : "");

    private static IEnumerable<Rule> Parse(ReadingOptions reading, List<Problem> problems)
    {
        var written = reading.Bin.Select(text => ("--bin", text)).Concat(reading.Map.Select(text => ("--map", text)))
            .Concat(reading.Only.Select(text => ("--only", text))).Concat(reading.Drop.Select(text => ("--drop", text)));
        foreach (var (flag, text) in written)
            if (Rule.Parse(flag, text) is { } rule) yield return rule;
            else problems.Add(new Problem($"{flag} {text}", "is not understood", Rule.Form(flag)));
    }

    /// <summary>One rule as it was written.</summary>
    private sealed partial record Rule(string Flag, string Column, IReadOnlyList<string> Values, string? Into, string Text)
    {
        public static Rule? Parse(string flag, string text)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || equals == text.Length - 1) return null;
            var (column, right, into) = (text[..equals].Trim(), text[(equals + 1)..], (string?)null);
            if (flag == "--map")
            {
                var colon = right.LastIndexOf(':');
                if (colon < 1 || colon == right.Length - 1) return null;
                (into, right) = (right[(colon + 1)..].Trim(), right[..colon]);
            }
            string[] values = [.. (flag == "--bin" ? right.Split(',') : Plus().Split(right)).Select(value => value.Trim())];
            if (values.Contains("") || (flag == "--bin" && !Ascend(values))) return null;
            return new Rule(flag, column, values, into, text);
        }

        public static string Form(string flag) => flag switch
        {
            "--bin" => "Write COLUMN=EDGE,EDGE,… with ascending numbers, such as age=0,10,20,30",
            "--map" => "Write COLUMN=VALUE+VALUE:CLASS, such as race=Indian+Asian:Asia",
            _ => "Write COLUMN=VALUE+VALUE, such as race=White+Black",
        };

        public override string ToString() => $"{Flag} {Text}";

        // The last of a row of pluses: a class may end in one, as the last bin does (70+).
        [GeneratedRegex(@"\+(?=[^+])")]
        private static partial Regex Plus();

        private static bool Ascend(string[] edges)
        {
            var numbers = edges.Select(edge => double.TryParse(edge, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : double.NaN).ToArray();
            return numbers.Length > 0 && !numbers.Any(double.IsNaN) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
        }
    }
}
