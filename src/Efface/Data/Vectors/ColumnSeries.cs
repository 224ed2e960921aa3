using System.Globalization;
using System.Text.RegularExpressions;

namespace Efface.Data;

/// <summary>Columns whose names are one word and a number: h0, h1, h2.</summary>
/// <param name="Stem">The word; empty where names are numbers alone.</param>
/// <param name="Members">Number and column, by number.</param>
internal sealed partial record ColumnSeries(string Stem, IReadOnlyList<(int Number, TableColumn Column)> Members)
{
    private static readonly char[] Joints = [.. "_.- ["];

    /// <summary>The series among some columns, of at least two members each, and the columns of none.</summary>
    public static (IReadOnlyList<ColumnSeries> Series, IReadOnlyList<TableColumn> Others) Of(IReadOnlyList<TableColumn> columns)
    {
        var numbered = columns.Select(column => (Split: Split(column.Name), Column: column)).Where(one => one.Split is not null)
            .GroupBy(one => one.Split!.Value.Stem).Where(group => group.Count() > 1)
            .Select(group => new ColumnSeries(group.Key, [.. group.Select(one => (one.Split!.Value.Number, one.Column)).OrderBy(one => one.Number)])).ToArray();
        var inSeries = numbered.SelectMany(series => series.Members).Select(member => member.Column).ToHashSet();
        return (numbered, [.. columns.Where(column => !inSeries.Contains(column))]);
    }

    /// <summary>The series whose names begin with a word, as <c>h</c> or <c>h_</c>; null where there is none.</summary>
    public static ColumnSeries? Called(IReadOnlyList<TableColumn> columns, string stem)
        => Of(columns).Series.FirstOrDefault(series => series.Stem.TrimEnd(Joints) == stem.TrimEnd(Joints));

    /// <summary>The columns of a range, as <c>h0..h63</c>; none where it is no range.</summary>
    public static TableColumn[] Range(IReadOnlyList<TableColumn> columns, string range)
    {
        if (range.Split("..") is not [var first, var last] || Split(first) is not { } from || Split(last) is not { } to || from.Stem != to.Stem) return [];
        return [.. columns.Where(column => Split(column.Name) is { } one && one.Stem == from.Stem && one.Number >= from.Number && one.Number <= to.Number)];
    }

    /// <summary>Word and number of a name; null where it has no number at its end.</summary>
    public static (string Stem, int Number)? Split(string name)
        => Numbered().Match(name) is { Success: true } match && int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (match.Groups[1].Value, number) : null;

    /// <summary>Names of the columns that should stand between the first and the last, and do not; counting begins at 0 or 1.</summary>
    public IReadOnlyList<string> Gaps()
    {
        var present = Members.Select(member => member.Number).ToHashSet();
        var (first, last) = (Math.Min(Members[0].Number, 1), Members[^1].Number);
        return [.. Enumerable.Range(first, last - first + 1).Where(number => !present.Contains(number)).Select(number => Like(number))];
    }

    /// <summary>As it is typed: h0..h127.</summary>
    public override string ToString() => string.Join(',', Runs().Select(run => run.First == run.Last ? run.First : $"{run.First}..{run.Last}"));

    /// <summary>As it is read: h0 to h127.</summary>
    public string Words => string.Join(", ", Runs().Select(run => run.First == run.Last ? run.First : $"{run.First} to {run.Last}"));

    private IEnumerable<(string First, string Last)> Runs()
    {
        for (int from = 0, to; from < Members.Count; from = to)
        {
            for (to = from + 1; to < Members.Count && Members[to].Number == Members[to - 1].Number + 1; to++) { }
            yield return (Members[from].Column.Name, Members[to - 1].Column.Name);
        }
    }

    // With as many zeros before it as the others have.
    private string Like(int number)
    {
        var name = Members[0].Column.Name;
        var match = Numbered().Match(name);
        return $"{match.Groups[1].Value}{number.ToString(CultureInfo.InvariantCulture).PadLeft(match.Groups[2].Length, '0')}{name[(match.Groups[2].Index + match.Groups[2].Length)..]}";
    }

    [GeneratedRegex(@"^(.*?[_.\- \[]*)([0-9]+)\]?$")]
    private static partial Regex Numbered();
}
