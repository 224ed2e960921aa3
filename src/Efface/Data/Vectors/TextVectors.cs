using System.Globalization;
using nietras.SeparatedValues;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Vectors in the columns of a CSV or TSV.</summary>
internal static class TextVectors
{
    private const int Sampled = 100, ReportEvery = 1_000;

    /// <summary>Reads the header and a few rows, which say what columns hold numbers.</summary>
    public static VectorFile Open(VectorRequest request)
    {
        var header = DelimitedText.Header(request.Path);
        var sample = Sample(request, header.Length);
        // Nothing tells a column of empty cells from one of words.
        bool Holds(int column, Func<string, bool> isOne) => sample.Any(row => row[column].Length > 0) && sample.All(row => row[column].Length == 0 || isOne(row[column]));
        string[] numeric = [.. header.Where((name, column) => name.Length > 0 && Holds(column, cell => TryParse(cell, out _)))];
        var chosen = VectorColumns.Choose(request, numeric, [.. header.Where(name => name.Length > 0).Except(numeric)]);
        int[] places = [.. chosen.Names.Select(name => Array.IndexOf(header, name))];
        var isCode = places.Length == 1 && Holds(places[0], cell => long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        return new VectorFile(chosen.Names, chosen.Notes, watch => new Reading(request, places, chosen.Names, request.Key is { } key ? Array.IndexOf(header, key) : -1, isCode, watch).Run());
    }

    private static List<string[]> Sample(VectorRequest request, int fields)
    {
        var sample = new List<string[]>();
        EachRow(request, (row, fault) =>
        {
            if (fault is not null) return true;
            var cells = new string[fields];
            for (var i = 0; i < fields; i++) cells[i] = row[i].ToString().Trim();
            sample.Add(cells);
            return sample.Count < Sampled;
        });
        return sample;
    }

    private static void EachRow(VectorRequest request, Func<SepReader.Row, RowFault?, bool> visit)
        => DelimitedText.EachRow(Path.GetDirectoryName(request.Path) ?? "", request.File, visit);

    // As other programs write what is not a number: .NET reads NaN and Infinity alone.
    private static bool TryParse(ReadOnlySpan<char> cell, out float number)
    {
        if (float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return true;
        number = float.NaN;
        return cell.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase) || cell is "NA" or "N/A" or "null" or "None";
    }

    /// <summary>One pass over the file.</summary>
    private sealed class Reading(VectorRequest request, int[] places, IReadOnlyList<string> names, int keyPlace, bool isCode, ReadingWatch watch)
    {
        private readonly List<int> _lines = [];
        private readonly List<string?>? _keys = keyPlace < 0 ? null : [];
        private readonly List<(int Row, RowFault Fault)> _faults = [];

        public RawVectors Run()
        {
            var most = MostRows();
            var all = isCode ? RowTensor.Allocate(request.Path, [most], ScalarType.Int64) : RowTensor.Allocate(request.Path, [most, places.Length], ScalarType.Float32);
            using (all)
            {
                EachRow(request, (row, fault) =>
                {
                    var at = _lines.Count;
                    _lines.Add(row.LineNumberFrom);
                    _keys?.Add(fault is null && row[keyPlace].Span.Trim() is { IsEmpty: false } key ? key.ToString() : null);
                    fault ??= isCode ? ParseCode(row, RowTensor.Rows<long>(all, at)) : Parse(row, RowTensor.Rows<float>(all, at));
                    if (fault is not null) _faults.Add((at, fault));
                    if (at % ReportEvery == 0) watch.Reached(at, most);
                    return true;
                });
                watch.Reached(_lines.Count, _lines.Count);
                var rows = new SheetDraft(_lines.Count, row => (request.File, _lines[row]));
                foreach (var (row, fault) in _faults) rows.Refuse(row, fault.Column, fault.Value, fault.Fault, fault.Remedy);
                return new RawVectors(all.narrow(0, 0, _lines.Count), _keys?.ToArray(), rows);
            }
        }

        private RowFault? Parse(SepReader.Row row, Span<float> numbers)
        {
            for (var i = 0; i < places.Length; i++)
            {
                var cell = row[places[i]].Span;
                if (TryParse(cell, out numbers[i])) continue;
                if (cell.Trim().IsEmpty) numbers[i] = float.NaN;
                else return new RowFault(request.File, null, names[i], cell.ToString(), "is not a number", "Mend it, or take the row out");
            }
            return null;
        }

        private RowFault? ParseCode(SepReader.Row row, Span<long> code)
        {
            var cell = row[places[0]].Span.Trim();
            return long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out code[0]) ? null
                : new RowFault(request.File, null, names[0], cell.ToString(), "is not an integer, as the codes above it are", "Mend it, or take the row out");
        }

        // No row has fewer than a line end and, for each column but one, a separator.
        private long MostRows()
        {
            var (feeds, returns, buffer) = (0L, 0L, new byte[1 << 16]);
            using var file = File.OpenRead(request.Path);
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                feeds += buffer.AsSpan(0, read).Count((byte)'\n');
                returns += buffer.AsSpan(0, read).Count((byte)'\r');
            }
            return Math.Min(returns == feeds ? feeds : feeds + returns, file.Length / places.Length) + 1;
        }
    }
}
