using System.Globalization;
using System.Text.RegularExpressions;

namespace Efface.Data.Sheets;

/// <summary>A column as read: text values, each kept once.</summary>
/// <param name="Name">As in the file's header.</param>
/// <param name="Values">The different values, in the order of the classes.</param>
/// <param name="Codes">For each row an index into <paramref name="Values"/>; -1 if the cell is empty.</param>
public sealed record SheetColumn(string Name, IReadOnlyList<string> Values, int[] Codes)
{
    /// <summary>Whether it has too many different values to be classes; then it has no codes.</summary>
    public bool IsOpen => Codes.Length == 0 && Values.Count == 0;

    /// <summary>Whether its classes are those of the data set's publishers, and so beyond doubt.</summary>
    public bool IsKnown { get; init; }

    /// <summary>
    /// The same rows with other values: <paramref name="codes"/> maps each present value to a new one, or to -1 for none.
    /// </summary>
    public SheetColumn Recoded(IReadOnlyList<string> values, int[] codes) =>
        this with
        {
            Values = values,
            Codes = [.. Codes.Select(code => code < 0 ? -1 : codes[code])],
        };

    /// <summary>How many rows have each value.</summary>
    public int[] Counts()
    {
        var counts = new int[Values.Count];
        foreach (var code in Codes)
            if (code >= 0)
                counts[code]++;
        return counts;
    }

    /// <summary>A value with its rows, as users see it.</summary>
    internal static string Shown((string Value, int Rows) one) => $"'{one.Value}' ({one.Rows:N0} {(one.Rows == 1 ? "row" : "rows")})";

    /// <summary>Several of them.</summary>
    internal static string Shown(IEnumerable<(string Value, int Rows)> some) => string.Join(", ", some.Select(Shown));

    /// <summary>
    /// The classes and labels of <paramref name="rows"/>. Empty cells, which only an unchosen column may have, are a class of their own.
    /// </summary>
    internal Column OfRows(int[] rows)
    {
        const string Missing = "(missing)";
        if (!rows.Any(row => Codes[row] < 0))
            return new Column(Name, Values, [.. rows.Select(row => Codes[row])]);
        return new Column(Name, [.. Values, Missing], [.. rows.Select(row => Codes[row] < 0 ? Values.Count : Codes[row])]);
    }

    /// <summary>The value of a row; null if the cell is empty.</summary>
    public string? Value(int row) => Codes[row] < 0 ? null : Values[Codes[row]];
}

/// <summary>Collects one column, cell by cell.</summary>
/// <param name="name">The column's name.</param>
/// <param name="most">With more different values than this it is no column of classes, and its values are dropped.</param>
internal sealed partial class SheetColumnBuilder(string name, int most)
{
    private readonly Dictionary<string, int> _codes = [];
    private readonly List<string> _values = [];
    private readonly List<int> _rows = [];
    private bool _isOpen;

    /// <summary>Adds the next row's cell; empty is missing.</summary>
    public void Add(ReadOnlySpan<char> cell)
    {
        if (_isOpen)
            return;
        cell = cell.Trim();
        if (cell.IsEmpty)
        {
            _rows.Add(-1);
            return;
        }
        var lookup = _codes.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(cell, out var code))
        {
            if (_values.Count == most)
            {
                _isOpen = true;
                _rows.Clear();
                _rows.TrimExcess();
                return;
            }
            code = _values.Count;
            var value = cell.ToString();
            _codes[value] = code;
            _values.Add(value);
        }
        _rows.Add(code);
    }

    /// <summary>The column, its values in order.</summary>
    public SheetColumn Build() => _isOpen ? new SheetColumn(name, [], []) : Arranged([.. InOrder(_values)]);

    /// <summary>The column, its values in order of first occurrence.</summary>
    public SheetColumn BuildAsRead() => _isOpen ? new SheetColumn(name, [], []) : new SheetColumn(name, _values, [.. _rows]);

    /// <summary>The column with these values as its classes, whether they occur or not; other values have already been refused.</summary>
    public SheetColumn Build(IReadOnlyList<string> classes) => Arranged(classes) with { IsKnown = true };

    private SheetColumn Arranged(IReadOnlyList<string> classes)
    {
        var places = classes.Select((value, place) => (value, place)).ToDictionary(pair => pair.value, pair => pair.place);
        return BuildAsRead().Recoded(classes, [.. _values.Select(value => places[value])]);
    }

    /// <summary>
    /// Values in natural order: those with a number by their first ("3-9" before "10-19"), then the others by their text.
    /// </summary>
    public static IEnumerable<string> InOrder(IReadOnlyCollection<string> values) =>
        values
            .Select(value => (value, match: FirstNumber().Match(value)))
            .OrderBy(pair => pair.match.Success ? double.Parse(pair.match.Value, CultureInfo.InvariantCulture) : double.PositiveInfinity)
            .ThenBy(pair => pair.value, StringComparer.Ordinal)
            .Select(pair => pair.value);

    [GeneratedRegex(@"(?<![\w.])-?[0-9]+(\.[0-9]+)?|[0-9]+(\.[0-9]+)?")]
    private static partial Regex FirstNumber();
}
