using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Sheets;
using nietras.SeparatedValues;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>One pass over a table of text: its vectors, its keys, and the cells of columns that are compared.</summary>
/// <param name="request">The request.</param>
/// <param name="layout">How the vectors lie in it.</param>
/// <param name="compared">Names of the columns whose cells are requested.</param>
/// <param name="watch">Receives the progress.</param>
internal sealed class TextVectorRows(VectorRequest request, TextLayout layout, IReadOnlyList<string> compared, ReadingWatch watch)
{
    private const int ReportEvery = 1_000;
    private const string Remedy = "Mend it, or take the row out";

    private readonly int[] _places = [.. layout.Chosen.Names.Select(layout.PlaceOf)],
        _comparedPlaces = [.. compared.Select(layout.PlaceOf)];
    private readonly int _keyPlace = request.Key is { } key ? layout.PlaceOf(key) : -1;
    private readonly List<float> _list = [];
    private readonly List<string?>[] _cells = [.. compared.Select(_ => new List<string?>())];
    private readonly List<string?> _keys = [];
    private readonly List<int> _lines = [];
    private readonly List<(int Row, RowFault Fault)> _faults = [];

    /// <summary>Reads all rows; one that cannot be read is refused and keeps its place.</summary>
    public RawVectors Read()
    {
        var most = MostRows();
        using var all = layout.IsCode
            ? RowTensor.Allocate(request.Path, [most], ScalarType.Int64)
            : RowTensor.Allocate(request.Path, [most, layout.Width], ScalarType.Float32);
        TextVectors.EachRow(request, (row, fault) =>
        {
            Add(row, fault, all);
            if (_lines.Count % ReportEvery == 0)
                watch.Reached(_lines.Count, most);
            return true;
        });
        watch.Reached(_lines.Count, _lines.Count);
        var rows = new SheetDraft(_lines.Count, row => (request.File, _lines[row]));
        foreach (var (row, fault) in _faults)
            rows.Refuse(row, fault.Column, fault.Value, fault.Fault, fault.Remedy);
        return new RawVectors(
            all.narrow(0, 0, _lines.Count),
            _keyPlace < 0 ? null : [.. _keys],
            rows,
            [.. _cells.Select(cells => cells.ToArray())]
        );
    }

    private void Add(SepReader.Row row, RowFault? fault, Tensor all)
    {
        var at = _lines.Count;
        _lines.Add(row.LineNumberFrom);
        if (_keyPlace >= 0)
            _keys.Add(fault is null && row[_keyPlace].Span.Trim() is { IsEmpty: false } key ? key.ToString() : null);
        for (var i = 0; i < _cells.Length; i++)
            _cells[i].Add(fault is null ? row[_comparedPlaces[i]].ToString().Trim() : null);
        fault ??=
            layout.IsCode ? ParseCode(row, RowTensor.Rows<long>(all, at))
            : layout.Chosen.AreLists ? ParseList(row, RowTensor.Rows<float>(all, at))
            : ParseNumbers(row, RowTensor.Rows<float>(all, at));
        if (fault is not null)
            _faults.Add((at, fault));
    }

    private RowFault Wrong(int column, string value, string fault, string remedy = Remedy) =>
        new(request.File, null, layout.Chosen.Names[column], value, fault, remedy);

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

    private RowFault? ParseCode(SepReader.Row row, Span<long> code)
    {
        var cell = row[_places[0]].Span.Trim();
        return long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out code[0])
            ? null
            : Wrong(0, cell.ToString(), "is not an integer, as the codes above it are");
    }

    // Each row has at least a line end and, for each number but one, a separator.
    private long MostRows()
    {
        var (feeds, returns, buffer) = (0L, 0L, new byte[1 << 16]);
        using var file = File.OpenRead(request.Path);
        for (int read; (read = file.Read(buffer)) > 0; )
        {
            feeds += buffer.AsSpan(0, read).Count((byte)'\n');
            returns += buffer.AsSpan(0, read).Count((byte)'\r');
        }
        return Math.Min(returns == feeds ? feeds : feeds + returns, file.Length / Math.Max(1, layout.Width)) + 1;
    }
}
