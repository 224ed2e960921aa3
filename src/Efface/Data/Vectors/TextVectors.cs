using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Sheets;
using nietras.SeparatedValues;

namespace Efface.Data.Vectors;

/// <summary>How the vectors lie in a table of text.</summary>
/// <param name="Header">The names of its columns.</param>
/// <param name="HasHeader">Whether they are in its first line; else they are numbers.</param>
/// <param name="Chosen">The columns that make up the vectors.</param>
/// <param name="Format">How numbers are written.</param>
/// <param name="Width">Numbers per row.</param>
/// <param name="IsCode">Whether a row has one whole number.</param>
internal sealed record TextLayout(string[] Header, bool HasHeader, VectorColumns Chosen, NumberCells Format, int Width, bool IsCode)
    : VectorLayout
{
    /// <summary>The position of a column.</summary>
    public int PlaceOf(string name) => Array.IndexOf(Header, name);
}

/// <summary>Vectors in a CSV or TSV: numbered columns of numbers, or one column of lists of numbers.</summary>
internal static class TextVectors
{
    private const int SampledCells = 200_000,
        FewestSampled = 100,
        MostSampled = 1_000;

    /// <summary>Reads the header and some rows, which show what columns hold numbers.</summary>
    public static VectorFile Open(VectorRequest request)
    {
        var (header, hasHeader) = DelimitedText.Columns(request.Path);
        var sample = Sample(request, header.Length);
        bool IsOther(string column) => column == request.Key || request.Taken.Contains(column);
        // Names of pictures and dates are no decimals: keys and labels do not count.
        var format = NumberCells.Of(sample.SelectMany(row => row.Cells.Where((_, place) => !IsOther(header[place]))));
        TableColumn[] columns =
        [
            .. header
                .Select((name, place) => TableColumn.Of(name, sample.Select(row => (row.Line, row.Cells[place])), format))
                .Where(column => column.Name.Length > 0),
        ];
        var layout = Layout(header, hasHeader, VectorColumns.Choose(request, columns), format, sample);
        var how = hasHeader
            ? layout.Chosen.How
            : $"{layout.Chosen.How}; the file has no line of column names, and all its columns are taken";
        var names = columns
            .Where(column =>
                !IsOther(column.Name)
                && !layout.Chosen.Names.Contains(column.Name)
                && column.Content is ColumnContent.Words or ColumnContent.Numbers
            )
            .Select(column => column.Name);
        return new VectorFile(
            new VectorOrigin(request.File, layout.Chosen.What, layout.Width, how),
            layout,
            layout.Chosen.Names,
            [.. Notes(request, layout)],
            [.. header.Where(request.Shared.Contains)],
            [.. names],
            (compared, watch) => new TextVectorRows(request, layout, compared, watch).Read()
        );
    }

    /// <summary>Visits the rows in turn.</summary>
    /// <param name="request">The request.</param>
    /// <param name="visit">Receives each row, and what is wrong with its fields, if anything; false stops.</param>
    /// <param name="begin">Receives the first line as it stands, and the separator, before anything else.</param>
    public static void EachRow(VectorRequest request, Func<SepReader.Row, RowFault?, bool> visit, Action<string, char>? begin = null) =>
        DelimitedText.EachRow(Path.GetDirectoryName(request.Path) ?? "", request.File, visit, mayLackHeader: true, begin);

    private static TextLayout Layout(
        string[] header,
        bool hasHeader,
        VectorColumns chosen,
        NumberCells format,
        IReadOnlyList<(int Line, string[] Cells)> sample
    )
    {
        string[] first = [.. sample.Select(row => row.Cells[Array.IndexOf(header, chosen.Names[0])])];
        var isCode = chosen is { Names.Count: 1, AreLists: false } && first.All(cell => cell.Length == 0 || IsWhole(cell));
        return new TextLayout(header, hasHeader, chosen, format, chosen.AreLists ? UsualLength(first) : chosen.Names.Count, isCode);
    }

    private static bool IsWhole(string cell) => long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<string> Notes(VectorRequest request, TextLayout layout)
    {
        foreach (var note in layout.Chosen.Notes(request.File))
            yield return note;
        if (layout.Header.Contains(""))
            yield return $"{request.File}: a column without a name is left out";
        if (layout.Format.HasCommas)
            yield return $"{request.File}: decimals are read with a comma";
    }

    private static List<(int Line, string[] Cells)> Sample(VectorRequest request, int fields)
    {
        var (sample, most) = (new List<(int, string[])>(), Math.Clamp(SampledCells / fields, FewestSampled, MostSampled));
        EachRow(request, (row, fault) =>
        {
            if (fault is not null)
                return true;
            var cells = new string[fields];
            for (var i = 0; i < fields; i++)
                cells[i] = row[i].ToString().Trim();
            sample.Add((row.LineNumberFrom, cells));
            return sample.Count < most;
        });
        return sample;
    }

    private static int UsualLength(IEnumerable<string> cells)
    {
        var numbers = new List<float>();
        return cells.Where(cell => NumberCells.TryParseList(cell, numbers)).CountBy(_ => numbers.Count).MaxBy(length => length.Value).Key;
    }
}
