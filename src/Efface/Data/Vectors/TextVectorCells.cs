using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Sheets;
using nietras.SeparatedValues;

namespace Efface.Data.Vectors;

/// <summary>Reads the vectors of single rows of a table of text.</summary>
/// <param name="file">The file's name in messages.</param>
/// <param name="layout">How the vectors lie in it.</param>
internal sealed class TextVectorCells(string file, TextLayout layout)
{
    private const string Remedy = "Mend it, or take the row out";

    private readonly int[] _places = [.. layout.Chosen.Names.Select(layout.PlaceOf)];
    private readonly List<float> _list = [];

    /// <summary>Reads the vector of a row, with NaN for empty cells; else says what is wrong.</summary>
    public RowFault? Parse(SepReader.Row row, Span<float> numbers) =>
        layout.Chosen.AreLists ? ParseList(row, numbers) : ParseNumbers(row, numbers);

    private RowFault Wrong(int column, string value, string fault, string remedy = Remedy) =>
        new(file, null, layout.Chosen.Names[column], value, fault, remedy);

    private RowFault? ParseNumbers(SepReader.Row row, Span<float> numbers)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            var cell = row[_places[i]].Span.Trim();
            if (cell.IsEmpty)
                numbers[i] = float.NaN;
            else if (!layout.Format.TryParse(cell, out numbers[i]))
                return Wrong(i, cell.ToString(), "is not a number");
        }
        return null;
    }

    private RowFault? ParseList(SepReader.Row row, Span<float> numbers)
    {
        var cell = row[_places[0]].Span.Trim();
        if (cell.Contains("...", StringComparison.Ordinal))
            return Wrong(0, cell.ToString(), "was shortened when it was printed", "Write the whole list, or take the row out");
        if (cell.IsEmpty)
            _list.Clear();
        else if (!NumberCells.TryParseList(cell, _list))
            return Wrong(0, cell.ToString(), "is no list of numbers");
        if (_list.Count != numbers.Length)
            return Wrong(
                0,
                $"{_list.Count:N0} numbers",
                $"has a list of another length than most, {numbers.Length:N0}",
                "Write lists of one length, or take the row out"
            );
        _list.CopyTo(numbers);
        return null;
    }

    /// <summary>Reads the code of a row; else says what is wrong.</summary>
    public RowFault? ParseCode(SepReader.Row row, Span<long> code)
    {
        var cell = row[_places[0]].Span.Trim();
        return long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out code[0])
            ? null
            : Wrong(0, cell.ToString(), "is not an integer, as the codes above it are");
    }
}
