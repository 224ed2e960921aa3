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

    private readonly TextVectorCells _parser = new(request.File, layout);
    private readonly int[] _comparedPlaces = [.. compared.Select(layout.PlaceOf)];
    private readonly int _keyPlace = request.Key is { } key ? layout.PlaceOf(key) : -1;
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
        fault ??= layout.IsCode
            ? _parser.ParseCode(row, RowTensor.Rows<long>(all, at))
            : _parser.Parse(row, RowTensor.Rows<float>(all, at));
        if (fault is not null)
            _faults.Add((at, fault));
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
