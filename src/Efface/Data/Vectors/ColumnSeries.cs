using System.Globalization;
using System.Text.RegularExpressions;

namespace Efface.Data.Vectors;

/// <summary>Columns whose names are one word and a number: h0, h1, h2.</summary>
/// <param name="Stem">The word; empty if names are only numbers.</param>
/// <param name="Members">Number and column, by number.</param>
internal sealed partial record ColumnSeries(string Stem, IReadOnlyList<(int Number, TableColumn Column)> Members)
{
    // Larger numbers are dates or names.
    private const int Largest = 1_000_000;

    private static readonly char[] Joints = [.. "_.- ["];

    /// <summary>The series among some columns, of at least two members each, and the columns outside any series.</summary>
    public static (IReadOnlyList<ColumnSeries> Series, IReadOnlyList<TableColumn> Others) Of(IReadOnlyList<TableColumn> columns)
    {
        var numbered = columns
            .Select(column => (Split: Split(column.Name), Column: column))
            .Where(one => one.Split is not null)
            .GroupBy(one => one.Split!.Value.Stem)
            .Where(group => group.Count() > 1)
            .Select(group => new ColumnSeries(
                group.Key,
                [.. group.Select(one => (one.Split!.Value.Number, one.Column)).OrderBy(one => one.Number)]
            ))
            .ToArray();
        var inSeries = numbered.SelectMany(series => series.Members).Select(member => member.Column).ToHashSet();
        return (numbered, [.. columns.Where(column => !inSeries.Contains(column))]);
    }

    /// <summary>The series whose names begin with a word, such as <c>h</c> or <c>h_</c>; null if there is none.</summary>
    public static ColumnSeries? Called(IReadOnlyList<TableColumn> columns, string stem) =>
        Of(columns).Series.FirstOrDefault(series => series.Stem.TrimEnd(Joints) == stem.TrimEnd(Joints));

    /// <summary>The columns of a range, such as <c>h0..h63</c>; null if it is no range or there are none.</summary>
    public static ColumnSeries? Range(IReadOnlyList<TableColumn> columns, string range)
    {
        if (Ends(range) is not var (stem, from, to))
            return null;
        (int, TableColumn)[] members =
        [
            .. columns
                .Select(column => (Split: Split(column.Name), Column: column))
                .Where(one => one.Split is { } split && split.Stem == stem && split.Number >= from && split.Number <= to)
                .Select(one => (one.Split!.Value.Number, one.Column))
                .OrderBy(one => one.Number),
        ];
        return members.Length == 0 ? null : new ColumnSeries(stem, members);
    }

    /// <summary>Names of a range's missing columns.</summary>
    public IReadOnlyList<string> Missing(string range) => Ends(range) is var (_, from, to) ? [.. Absent(from, to)] : [];

    private static (string Stem, int From, int To)? Ends(string range) =>
        range.Split("..") is [var first, var last]
        && Split(first) is { } from
        && Split(last) is { } to
        && from.Stem == to.Stem
        && from.Number <= to.Number
            ? (from.Stem, from.Number, to.Number)
            : null;

    /// <summary>Word and number of a name; null if it does not end in a number.</summary>
    public static (string Stem, int Number)? Split(string name) =>
        Numbered().Match(name) is { Success: true } match
        && int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= Largest
            ? (match.Groups[1].Value, number)
            : null;

    /// <summary>Names of the columns missing between the first and the last; counting begins at 0 or 1.</summary>
    public IReadOnlyList<string> Gaps() => [.. Absent(Math.Min(Members[0].Number, 1), Members[^1].Number)];

    private IEnumerable<string> Absent(int first, int last)
    {
        var present = Members.Select(member => member.Number).ToHashSet();
        return Enumerable.Range(first, last - first + 1).Where(number => !present.Contains(number)).Select(Like);
    }

    /// <summary>As typed: h0..h127.</summary>
    public override string ToString() =>
        string.Join(',', Runs().Select(run => run.First == run.Last ? run.First : $"{run.First}..{run.Last}"));

    /// <summary>As read: h0 to h127.</summary>
    public string Words => string.Join(", ", Runs().Select(run => run.First == run.Last ? run.First : $"{run.First} to {run.Last}"));

    private IEnumerable<(string First, string Last)> Runs()
    {
        for (int from = 0, to; from < Members.Count; from = to)
        {
            for (to = from + 1; to < Members.Count && Members[to].Number == Members[to - 1].Number + 1; to++) { }
            yield return (Members[from].Column.Name, Members[to - 1].Column.Name);
        }
    }

    // With as many leading zeros as the others.
    private string Like(int number)
    {
        var name = Members[0].Column.Name;
        var (stem, digits) = (Numbered().Match(name).Groups[1].Value, Numbered().Match(name).Groups[2]);
        return stem + number.ToString(CultureInfo.InvariantCulture).PadLeft(digits.Length, '0') + name[(digits.Index + digits.Length)..];
    }

    [GeneratedRegex(@"^(.*?[_.\- \[]*)([0-9]+)\]?$")]
    private static partial Regex Numbered();
}
