using System.Buffers;
using System.Globalization;

namespace Efface.Data.Files;

/// <summary>Numbers in the cells of a table of text.</summary>
/// <param name="hasCommas">Whether the decimal separator is a comma; else a point.</param>
internal sealed class NumberCells(bool hasCommas)
{
    private static readonly SearchValues<char> Brackets = SearchValues.Create("[](){}<>"),
        Blanks = SearchValues.Create(";| \t\r\n"),
        Separators = SearchValues.Create(",;| \t\r\n");

    private static readonly string[] Prefixes = ["array", "tensor", "list"];

    private static readonly NumberCells Points = new(hasCommas: false);

    /// <summary>Whether the decimal separator is a comma.</summary>
    public bool HasCommas => hasCommas;

    /// <summary>The notation of some cells: commas if more decimals use one than a point.</summary>
    public static NumberCells Of(IEnumerable<string> cells)
    {
        var (points, commas) = (0, 0);
        foreach (var cell in cells)
            if (cell.Contains('.') && IsNumeral(cell))
                points++;
            else if (cell.Count(letter => letter == ',') == 1 && IsNumeral(cell.Replace(',', '.')))
                commas++;
        return new NumberCells(commas > points);
    }

    /// <summary>A number; NaN for what other programs write for a missing one.</summary>
    public bool TryParse(ReadOnlySpan<char> cell, out float number)
    {
        if (
            hasCommas
                ? TryParseCommas(cell, out number)
                : float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        )
            return true;
        number = float.NaN;
        return IsNone(cell);
    }

    /// <summary>Whether a cell marks a missing or infinite number.</summary>
    public static bool IsNone(ReadOnlySpan<char> cell) =>
        cell.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase)
        || cell.Equals("nan", StringComparison.OrdinalIgnoreCase)
        || cell is "NA" or "N/A" or "null" or "None" or "<NA>";

    /// <summary>Numbers in brackets, or separated by blanks, semicolons or bars, as programs print a list; decimals use a point.</summary>
    /// <param name="cell">At least two numbers, or one in brackets. 0,5 and 1,234 are no lists.</param>
    /// <param name="numbers">Filled with the numbers.</param>
    public static bool TryParseList(ReadOnlySpan<char> cell, List<float> numbers)
    {
        numbers.Clear();
        cell = cell.Trim();
        foreach (var prefix in Prefixes)
            if (cell.StartsWith(prefix, StringComparison.Ordinal))
                cell = cell[prefix.Length..];
        var open = cell.IndexOfAny(Brackets);
        var inner = cell.Trim("[](){}<>");
        var cells = HasDecimalCommas(inner) ? new NumberCells(hasCommas: true) : Points;
        foreach (var range in inner.SplitAny(cells.HasCommas ? Blanks : Separators))
        {
            var part = inner[range];
            if (part.IsEmpty)
                continue;
            if (!cells.TryParse(part, out var number))
                return false;
            numbers.Add(number);
        }
        return numbers.Count > 0 && (open >= 0 || numbers.Count > 1 && inner.IndexOfAny(Blanks) >= 0);
    }

    /// <summary>Whether it is the beginning and end of a list, as numpy and pandas print long ones.</summary>
    public static bool IsShortened(string cell) =>
        cell.AsSpan().Trim() is { IsEmpty: false } bare
        && Brackets.Contains(bare[0])
        && (bare.Contains("...", StringComparison.Ordinal) || bare.Contains('…'));

    // [0,12 -0,5]: no point, blanks between, and a digit on either side of each comma.
    private static bool HasDecimalCommas(ReadOnlySpan<char> list)
    {
        if (list.Contains('.') || !list.Contains(',') || list.IndexOfAny(Blanks) < 0)
            return false;
        for (var i = 0; i < list.Length; i++)
            if (list[i] == ',' && !(i > 0 && i + 1 < list.Length && char.IsAsciiDigit(list[i - 1]) && char.IsAsciiDigit(list[i + 1])))
                return false;
        return true;
    }

    // 1.234,5 and 1,234 under a decimal comma: a point beside it is ambiguous.
    private static bool TryParseCommas(ReadOnlySpan<char> cell, out float number)
    {
        number = 0;
        Span<char> points = stackalloc char[64];
        if (cell.Length > points.Length || cell.Contains('.'))
            return false;
        cell.Replace(points, ',', '.');
        return float.TryParse(points[..cell.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsNumeral(string cell) => float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
