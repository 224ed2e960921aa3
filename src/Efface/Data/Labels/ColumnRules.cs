using System.Globalization;
using System.Text.RegularExpressions;
using Efface.Data.Files;
using Efface.Data.Sheets;

namespace Efface.Data.Labels;

/// <summary>The user's rules for columns: values taken as missing, numbers binned, classes merged, rows chosen by class.</summary>
internal static partial class ColumnRules
{
    /// <summary>The columns that a rule names: they are read whole, however many values they have.</summary>
    public static IReadOnlySet<string> Needed(LabelRules rules) => Parse(rules).Select(rule => rule.Column).ToHashSet();

    /// <summary>What is wrong with the rules as written, whatever the data.</summary>
    public static IReadOnlyList<Problem> Check(LabelRules rules) =>
        [
            .. Written(rules)
                .Where(rule => Rule.Parse(rule.Property, rule.Text) is null)
                .Select(rule => new Problem($"`LabelRules.{rule.Property}` {rule.Text}", "is not understood", Rule.Form(rule.Property))),
        ];

    /// <summary>The rules that can be parsed, in the order in which they apply.</summary>
    public static IEnumerable<Rule> Parse(LabelRules rules) =>
        Written(rules).Select(rule => Rule.Parse(rule.Property, rule.Text)).OfType<Rule>();

    /// <summary>Applies --bin, then --map, then --only and --drop.</summary>
    /// <param name="columns">Without missing values.</param>
    /// <param name="draft">Their rows: those whose number is in no bin are refused, those not chosen are left out.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="source">The source of the columns, in words.</param>
    /// <param name="problems">Receives every column and value that does not exist.</param>
    public static IReadOnlyList<SheetColumn> Apply(
        IReadOnlyList<SheetColumn> columns,
        SheetDraft draft,
        LabelRules rules,
        string source,
        List<Problem> problems
    )
    {
        var written = Parse(rules).Where(rule => rule.Property != nameof(LabelRules.Missing)).ToArray();
        var current = columns.ToDictionary(column => column.Name);
        foreach (var rule in written)
        {
            var unknown = Unknown([.. current.Values], [rule], source).ToArray();
            problems.AddRange(unknown);
            if (unknown.Length > 0)
                continue;
            var column = current[rule.Column];
            current[rule.Column] = rule.Property switch
            {
                nameof(LabelRules.Bin) => Bin(column, rule, draft),
                nameof(LabelRules.Map) => Merge(column, rule),
                _ => Choose(column, rule, draft),
            };
        }
        return [.. columns.Select(column => current[column.Name])];
    }

    /// <summary>Columns and values that rules name and that do not exist.</summary>
    public static IEnumerable<Problem> Unknown(IReadOnlyList<SheetColumn> columns, IEnumerable<Rule> rules, string source)
    {
        foreach (var rule in rules)
            if (columns.FirstOrDefault(column => column.Name == rule.Column) is not { } column)
                yield return new Problem(
                    rule.ToString(),
                    $"no column '{rule.Column}' in {source}",
                    $"Its columns are {string.Join(", ", columns.Select(known => known.Name))}"
                );
            else if (
                rule.Property != nameof(LabelRules.Bin)
                && rule.Values.Where(value => !column.Values.Contains(value)).ToArray() is { Length: > 0 } unknown
            )
                yield return new Problem(
                    rule.ToString(),
                    $"column {rule.Column} has no value {string.Join(", ", unknown.Select(value => $"'{value}'"))}",
                    $"Its values are {Some(column.Values)}"
                );
    }

    private static SheetColumn Bin(SheetColumn column, Rule rule, SheetDraft draft)
    {
        double[] edges = [.. rule.Values.Select(edge => double.Parse(edge, CultureInfo.InvariantCulture))];
        double?[] numbers = [.. column.Values.Select(value => Spelling.IsNumber(value, out var number) ? number : (double?)null)];
        var whole = edges.All(double.IsInteger) && numbers.All(number => number is null || double.IsInteger(number.Value));
        int[] bins = [.. numbers.Select(number => number is null ? -1 : Array.FindLastIndex(edges, edge => edge <= number))];
        var codes = new int[column.Codes.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = column.Codes[row] < 0 ? -1 : bins[column.Codes[row]];
            if (column.Codes[row] < 0 || codes[row] >= 0)
                continue;
            draft.Refuse(
                row,
                column.Name,
                column.Value(row),
                numbers[column.Codes[row]] is null ? "is not a number, and --bin wants one" : $"lies below the first bin, {rule.Values[0]}",
                "Mend the value, or give other bins"
            );
        }
        return new SheetColumn(
            column.Name,
            [.. edges.Select((edge, i) => BinName(edge, i + 1 < edges.Length ? edges[i + 1] : null, whole))],
            codes
        );
    }

    private static string BinName(double from, double? to, bool whole) =>
        (to, whole) switch
        {
            (null, _) => string.Create(CultureInfo.InvariantCulture, $"{from}+"),
            (_, true) when to == from + 1 => from.ToString(CultureInfo.InvariantCulture),
            (_, true) => string.Create(CultureInfo.InvariantCulture, $"{from}-{to - 1}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{from} to {to}"),
        };

    // The merged class takes the place of the first of its parts; merging into an existing class joins it.
    private static SheetColumn Merge(SheetColumn column, Rule rule)
    {
        string[] names = [.. column.Values.Select(value => rule.Values.Contains(value) ? rule.Into! : value)];
        string[] classes = [.. names.Distinct()];
        return column.Recoded(classes, [.. names.Select(name => Array.IndexOf(classes, name))]);
    }

    private static SheetColumn Choose(SheetColumn column, Rule rule, SheetDraft draft)
    {
        var only = rule.Property == nameof(LabelRules.Only);
        bool[] stays = [.. column.Values.Select(value => rule.Values.Contains(value) == only)];
        for (var row = 0; row < draft.Count; row++)
            if (!(column.Codes[row] < 0 ? !only : stays[column.Codes[row]]))
                draft.LeaveOut(row);
        string[] classes = [.. column.Values.Where((_, i) => stays[i])];
        return column.Recoded(classes, [.. column.Values.Select(value => Array.IndexOf(classes, value))]);
    }

    private static string Some(IReadOnlyList<string> values) =>
        string.Join(", ", values.Take(20)) + (values.Count > 20 ? $" and {values.Count - 20} more" : "");

    private static IEnumerable<(string Property, string Text)> Written(LabelRules rules) =>
        new[]
        {
            (nameof(LabelRules.Missing), rules.Missing),
            (nameof(LabelRules.Bin), rules.Bin),
            (nameof(LabelRules.Map), rules.Map),
            (nameof(LabelRules.Only), rules.Only),
            (nameof(LabelRules.Drop), rules.Drop),
        }.SelectMany(rules => rules.Item2.Select(text => (rules.Item1, text)));

    /// <summary>One rule as it was written.</summary>
    internal sealed partial record Rule(string Property, string Column, IReadOnlyList<string> Values, string? Into, string Text)
    {
        public static Rule? Parse(string property, string text)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || equals == text.Length - 1)
                return null;
            var (column, right, into) = (text[..equals].Trim(), text[(equals + 1)..], (string?)null);
            if (property == nameof(LabelRules.Map))
            {
                var colon = right.LastIndexOf(':');
                if (colon < 1 || colon == right.Length - 1)
                    return null;
                (into, right) = (right[(colon + 1)..].Trim(), right[..colon]);
            }
            string[] values =
            [
                .. (property == nameof(LabelRules.Bin) ? right.Split(',') : Plus().Split(right)).Select(value => value.Trim()),
            ];
            if (values.Contains("") || (property == nameof(LabelRules.Bin) && !Ascend(values)))
                return null;
            return new Rule(property, column, values, into, text);
        }

        public static string Form(string property) =>
            property switch
            {
                nameof(LabelRules.Bin) => "Write COLUMN=EDGE,EDGE,… with ascending numbers, such as age=0,10,20,30",
                nameof(LabelRules.Map) => "Write COLUMN=VALUE+VALUE:CLASS, such as race=Indian+Asian:Asia",
                nameof(LabelRules.Missing) => "Write COLUMN=VALUE+VALUE, such as race=99+n/k",
                _ => "Write COLUMN=VALUE+VALUE, such as race=White+Black",
            };

        public override string ToString() => $"`LabelRules.{Property}` {Text}";

        // The last of a row of pluses: a class may end in one, as the last bin does (70+).
        [GeneratedRegex(@"\+(?=[^+])")]
        private static partial Regex Plus();

        private static bool Ascend(string[] edges)
        {
            var numbers = edges
                .Select(edge =>
                    double.TryParse(edge, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                        ? number
                        : double.NaN
                )
                .ToArray();
            return numbers.Length > 0 && !numbers.Any(double.IsNaN) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
        }
    }
}
