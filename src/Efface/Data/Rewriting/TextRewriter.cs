using System.Buffers;
using System.Globalization;
using Efface.Data.Sheets;
using Efface.Data.Vectors;
using nietras.SeparatedValues;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>Rewrites the vectors' cells of a table of text; other cells stay as they stand, quotes included.</summary>
/// <param name="request">The request.</param>
/// <param name="layout">How the vectors lie in it.</param>
/// <param name="map">Applies the function.</param>
/// <param name="watch">Receives the progress.</param>
internal sealed class TextRewriter(RewriteRequest request, TextLayout layout, RowMap map, ReadingWatch watch)
{
    private const int BufferCharacters = 1 << 16,
        LongestNumber = 32;
    private const string Comment = "# ";

    private readonly TextVectorCells _parser = new(request.Reading.File, layout);
    private readonly int[] _order = Order(layout);
    private readonly int _first = layout.Chosen.Names.Min(layout.PlaceOf);

    // The rows of a chunk as they stand, one after the other.
    private readonly ArrayBufferWriter<char> _text = new();
    private readonly List<(int End, int Line, RowFault? Fault)> _rows = [];

    private char _separator;
    private bool _isBegun;

    /// <summary>Writes the table.</summary>
    public void Write(Stream output)
    {
        var encoding = TextEncoding.Of(request.Path);
        var step = RowMap.RowsAtATime(layout.Width);
        using var chunk = RowTensor.Allocate(request.Path, [step, layout.Width], ScalarType.Float32);
        using var writer = new StreamWriter(output, encoding.Encoding, BufferCharacters, leaveOpen: true);
        // Reading its cells takes the quotes out of the first line, which may be a row.
        string? row0 = null;
        TextVectors.EachRow(
            request.Reading,
            (row, fault) =>
            {
                Add(row, row0 ?? row.Span, fault, chunk);
                row0 = null;
                if (_rows.Count == step)
                    WriteRows(writer, encoding, chunk);
                return true;
            },
            (line, separator) =>
            {
                _separator = separator;
                if (layout.HasHeader)
                    WriteHeader(writer, encoding, line);
                else
                    row0 = line;
            }
        );
        WriteRows(writer, encoding, chunk);
        watch.Reached(map.Count, map.Count);
        if (encoding.EndsLine)
            writer.Write(encoding.LineEnd);
    }

    private static int[] Order(TextLayout layout)
    {
        var order = new int[layout.Header.Length];
        Array.Fill(order, -1);
        foreach (var (number, name) in layout.Chosen.Names.Index())
            order[layout.PlaceOf(name)] = number;
        return order;
    }

    private void Add(SepReader.Row row, ReadOnlySpan<char> text, RowFault? fault, Tensor chunk)
    {
        // Which of the fields is which is unknown, where there are too many or too few.
        _text.Write(fault is null ? text : new string(_separator, _order.Length - 1));
        fault ??= _parser.Parse(row, RowTensor.Rows<float>(chunk, _rows.Count));
        _rows.Add((_text.WrittenCount, row.LineNumberFrom, fault));
    }

    private void WriteHeader(StreamWriter writer, TextEncoding encoding, string line)
    {
        BeginLine(writer, encoding);
        if (!map.GivesCodes)
        {
            writer.Write(line);
            return;
        }
        var mark = _first == 0 && line.StartsWith(Comment, StringComparison.Ordinal) ? Comment : "";
        WriteCells(writer, line, [], mark + VectorRewriter.Code);
    }

    private void WriteRows(StreamWriter writer, TextEncoding encoding, Tensor chunk)
    {
        if (_rows.Count == 0)
            return;
        using var values = chunk.narrow(0, 0, _rows.Count);
        var file = request.Reading.File;
        var rows = new SheetDraft(_rows.Count, row => (file, _rows[row].Line));
        foreach (var (row, (_, _, fault)) in _rows.Index())
            if (fault is not null)
                rows.Refuse(row, fault.Column, fault.Value, fault.Fault, fault.Remedy);
        using var written = map.Apply(values, rows);
        ReadOnlySpan<long> codes = map.GivesCodes ? RowTensor.Rows<long>(written, 0, _rows.Count) : [];
        ReadOnlySpan<float> numbers = map.GivesCodes ? [] : RowTensor.Rows<float>(written, 0, _rows.Count);
        for (int row = 0, from = 0; row < _rows.Count; from = _rows[row++].End)
        {
            BeginLine(writer, encoding);
            var line = _text.WrittenSpan[from.._rows[row].End];
            if (map.GivesCodes)
                WriteCells(writer, line, [], codes[row].ToString(CultureInfo.InvariantCulture));
            else if (rows.IsRefused(row))
                // A line without anything would be no row.
                WriteCells(writer, line, [], _order.Length == 1 ? "\"\"" : "");
            else
                WriteCells(writer, line, numbers.Slice(row * layout.Width, layout.Width), null);
        }
        watch.Reached(map.Count, Math.Max(map.Count, encoding.Lines));
        _text.ResetWrittenCount();
        _rows.Clear();
    }

    // The word stands in place of the vectors: in all of their cells if there are to be numbers, in the first alone if there is to be a
    // code.
    private void WriteCells(StreamWriter writer, ReadOnlySpan<char> line, ReadOnlySpan<float> numbers, string? word)
    {
        var isBegun = false;
        for (var place = 0; ; place++)
        {
            var cell = line[..EndOfCell(line)];
            var isVector = place < _order.Length && _order[place] >= 0;
            if (!isVector || !map.GivesCodes || place == _first)
            {
                if (isBegun)
                    writer.Write(_separator);
                isBegun = true;
                if (!isVector)
                    writer.Write(cell);
                else if (word is not null)
                    writer.Write(word);
                else if (layout.Chosen.AreLists)
                    WriteList(writer, numbers);
                else
                    WriteNumber(writer, numbers[_order[place]]);
            }
            if (cell.Length == line.Length)
                return;
            line = line[(cell.Length + 1)..];
        }
    }

    private int EndOfCell(ReadOnlySpan<char> line)
    {
        for (int at = 0, quotes = 0; ; at++)
        {
            var next = line[at..].IndexOfAny(_separator, '"');
            if (next < 0)
                return line.Length;
            at += next;
            if (line[at] == '"')
                quotes++;
            else if (quotes % 2 == 0)
                return at;
        }
    }

    // As the file's other numbers are written; a comma that separates columns too needs quotes.
    private void WriteNumber(StreamWriter writer, float number)
    {
        Span<char> digits = stackalloc char[LongestNumber];
        number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        digits = digits[..length];
        var isQuoted = layout.Format.HasCommas && _separator == ',' && digits.Contains('.');
        if (layout.Format.HasCommas)
            digits.Replace('.', ',');
        if (isQuoted)
            writer.Write('"');
        writer.Write(digits);
        if (isQuoted)
            writer.Write('"');
    }

    // Programs that look for a separator could take the commas for it.
    private void WriteList(StreamWriter writer, ReadOnlySpan<float> numbers)
    {
        Span<char> digits = stackalloc char[LongestNumber];
        writer.Write(_separator == '\t' ? "[" : "\"[");
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i].TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
            if (i > 0)
                writer.Write(", ");
            writer.Write(digits[..length]);
        }
        writer.Write(_separator == '\t' ? "]" : "]\"");
    }

    private void BeginLine(StreamWriter writer, TextEncoding encoding)
    {
        if (_isBegun)
            writer.Write(encoding.LineEnd);
        _isBegun = true;
    }
}
