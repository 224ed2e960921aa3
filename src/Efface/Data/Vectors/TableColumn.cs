using Efface.Data.Files;

namespace Efface.Data.Vectors;

/// <summary>What the cells of a column hold.</summary>
internal enum ColumnContent
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>A number each, or mostly.</summary>
    Numbers,

    /// <summary>A list of numbers each, or mostly.</summary>
    Lists,

    /// <summary>Something else.</summary>
    Words,
}

/// <summary>A column of a table that may hold vectors.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="Content">As far as it was examined.</param>
/// <param name="Odd">A cell that differs from most, and its row; null if there is none.</param>
internal sealed record TableColumn(string Name, ColumnContent Content, string? Odd = null)
{
    /// <summary>Examines cells of one column.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="cells">Trimmed, each with its row.</param>
    /// <param name="format">How numbers are written.</param>
    public static TableColumn Of(string name, IEnumerable<(int Row, string Cell)> cells, NumberCells format)
    {
        // An empty column could be one of numbers or of words.
        (int Row, string Cell)[] said = [.. cells.Where(one => one.Cell.Length > 0 && !NumberCells.IsNone(one.Cell))];
        if (said.Length == 0)
            return new TableColumn(name, ColumnContent.Empty);
        var numbers = new List<float>();
        bool[] isNumber = [.. said.Select(one => format.TryParse(one.Cell, out _))];
        bool[] isList = [.. said.Select((one, i) => !isNumber[i] && NumberCells.TryParseList(one.Cell, numbers))];
        bool[] isShort = [.. said.Select(one => NumberCells.IsShortened(one.Cell))];
        TableColumn Mostly(bool[] isOne, ColumnContent content) =>
            new(
                name,
                content,
                Array.IndexOf(isOne, false) is var odd && odd < 0
                    ? null
                    : $"'{(said[odd].Cell.Length <= 40 ? said[odd].Cell : said[odd].Cell[..37] + "...")}' in row {said[odd].Row}"
            );
        return 2 * isNumber.Count(one => one) >= said.Length ? Mostly(isNumber, ColumnContent.Numbers)
            : 2 * isList.Zip(isShort).Count(one => one.First || one.Second) >= said.Length ? Mostly(isList, ColumnContent.Lists)
            : new TableColumn(name, ColumnContent.Words);
    }
}
