using System.Globalization;
using nietras.SeparatedValues;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Vectors in a CSV or TSV: numbered columns of numbers, or one column of lists of numbers.</summary>
internal static class TextVectors
{
    private const int SampledCells = 200_000, FewestSampled = 100, MostSampled = 1_000, ReportEvery = 1_000;

    /// <summary>Reads the header and some rows, which say what columns hold numbers.</summary>
    public static VectorFile Open(VectorRequest request)
    {
        var (header, hasHeader) = DelimitedText.Columns(request.Path);
        var sample = Sample(request, header.Length);
        // A name of a picture or a date is no decimal: the key's column and those that are labels have no say.
        var format = NumberCells.Of(sample.SelectMany(row => row.Cells.Where((_, column) => header[column] != request.Key && !request.Taken.Contains(header[column]))));
        TableColumn[] columns = [.. header.Select((name, place) => TableColumn.Of(name, sample.Select(row => (row.Line, row.Cells[place])), format)).Where(column => column.Name.Length > 0)];
        var chosen = VectorColumns.Choose(request, columns);
        int[] places = [.. chosen.Names.Select(name => Array.IndexOf(header, name))];
        var code = places.Length == 1 && !chosen.AreLists && sample.All(row => row.Cells[places[0]] is "" || long.TryParse(row.Cells[places[0]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        var width = chosen.AreLists ? UsualLength(sample.Select(row => row.Cells[places[0]])) : places.Length;
        var names = columns.Where(column => column.Content is ColumnContent.Words && column.Name != request.Key && !request.Taken.Contains(column.Name)).Select(column => column.Name);
        return new VectorFile(
            new VectorOrigin(request.File, chosen.What, width, hasHeader ? chosen.How : $"{chosen.How}; the file has no line of column names, and all its columns are taken"), chosen.Names, [.. Notes(request, header, format, chosen)],
            [.. header.Where(request.Shared.Contains)], [.. names],
            (compared, watch) => new Reading(request, places, chosen, format, new Wanted(width, code, hasHeader), [.. compared.Select(name => Array.IndexOf(header, name))], request.Key is { } key ? Array.IndexOf(header, key) : -1, watch).Run());
    }

    private static IEnumerable<string> Notes(VectorRequest request, string[] header, NumberCells format, VectorColumns chosen)
    {
        if (chosen.Left.Count > 0) yield return $"{request.File}: columns that are no part of the vectors are {string.Join(", ", chosen.Left.Take(10))}{(chosen.Left.Count > 10 ? $" and {chosen.Left.Count - 10:N0} more" : "")}";
        if (header.Contains("")) yield return $"{request.File}: a column without a name is left out";
        if (format.HasCommas) yield return $"{request.File}: decimals are read with a comma";
    }

    private static List<(int Line, string[] Cells)> Sample(VectorRequest request, int fields)
    {
        var (sample, most) = (new List<(int, string[])>(), Math.Clamp(SampledCells / fields, FewestSampled, MostSampled));
        EachRow(request, (row, fault) =>
        {
            if (fault is not null) return true;
            var cells = new string[fields];
            for (var i = 0; i < fields; i++) cells[i] = row[i].ToString().Trim();
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

    private static void EachRow(VectorRequest request, Func<SepReader.Row, RowFault?, bool> visit)
        => DelimitedText.EachRow(Path.GetDirectoryName(request.Path) ?? "", request.File, visit, mayLackHeader: true);

    /// <summary>What each row is to hold.</summary>
    private sealed record Wanted(int Width, bool IsCode, bool HasHeader);

    /// <summary>One pass over the file.</summary>
    private sealed class Reading(VectorRequest request, int[] places, VectorColumns chosen, NumberCells format, Wanted wanted, int[] comparedPlaces, int keyPlace, ReadingWatch watch)
    {
        private readonly List<float> _list = [];
        private readonly List<string?>[] _compared = [.. comparedPlaces.Select(_ => new List<string?>())];
        private readonly List<int> _lines = [];
        private readonly List<string?>? _keys = keyPlace < 0 ? null : [];
        private readonly List<(int Row, RowFault Fault)> _faults = [];

        public RawVectors Run()
        {
            var most = MostRows();
            var all = wanted.IsCode ? RowTensor.Allocate(request.Path, [most], ScalarType.Int64) : RowTensor.Allocate(request.Path, [most, wanted.Width], ScalarType.Float32);
            using (all)
            {
                EachRow(request, (row, fault) =>
                {
                    var at = _lines.Count;
                    _lines.Add(row.LineNumberFrom);
                    _keys?.Add(fault is null && row[keyPlace].Span.Trim() is { IsEmpty: false } key ? key.ToString() : null);
                    for (var i = 0; i < comparedPlaces.Length; i++) _compared[i].Add(fault is null ? row[comparedPlaces[i]].ToString().Trim() : null);
                    fault ??= wanted.IsCode ? ParseCode(row, RowTensor.Rows<long>(all, at)) : chosen.AreLists ? ParseList(row, RowTensor.Rows<float>(all, at)) : Parse(row, RowTensor.Rows<float>(all, at));
                    if (fault is not null) _faults.Add((at, fault));
                    if (at % ReportEvery == 0) watch.Reached(at, most);
                    return true;
                });
                watch.Reached(_lines.Count, _lines.Count);
                var rows = new SheetDraft(_lines.Count, row => (request.File, _lines[row]));
                foreach (var (row, fault) in _faults) rows.Refuse(row, fault.Column, fault.Value, fault.Fault, fault.Remedy);
                return new RawVectors(all.narrow(0, 0, _lines.Count), _keys?.ToArray(), rows, [.. _compared.Select(cells => cells.ToArray())]);
            }
        }

        private RowFault? Parse(SepReader.Row row, Span<float> numbers)
        {
            for (var i = 0; i < places.Length; i++)
            {
                var cell = row[places[i]].Span;
                if (format.TryParse(cell, out numbers[i])) continue;
                if (cell.Trim().IsEmpty) numbers[i] = float.NaN;
                else return new RowFault(request.File, null, chosen.Names[i], cell.ToString(), "is not a number", "Mend it, or take the row out");
            }
            return null;
        }

        private RowFault? ParseList(SepReader.Row row, Span<float> numbers)
        {
            var cell = row[places[0]].Span;
            if (!cell.Trim().IsEmpty && !NumberCells.TryParseList(cell, _list))
                return new RowFault(request.File, null, chosen.Names[0], cell.ToString(), cell.Contains("...", StringComparison.Ordinal) ? "was shortened when it was printed" : "is no list of numbers", "Write the whole list, or take the row out");
            if (_list.Count == numbers.Length && !cell.Trim().IsEmpty) _list.CopyTo(numbers);
            else return new RowFault(request.File, null, chosen.Names[0], $"{(cell.Trim().IsEmpty ? 0 : _list.Count):N0} numbers", $"has a list of another length than most, {numbers.Length:N0}", "Write lists of one length, or take the row out");
            return null;
        }

        private RowFault? ParseCode(SepReader.Row row, Span<long> code)
        {
            var cell = row[places[0]].Span.Trim();
            return long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out code[0]) ? null
                : new RowFault(request.File, null, chosen.Names[0], cell.ToString(), "is not an integer, as the codes above it are", "Mend it, or take the row out");
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
            return Math.Min(returns == feeds ? feeds : feeds + returns, file.Length / Math.Max(1, wanted.Width)) + 1;
        }
    }
}
