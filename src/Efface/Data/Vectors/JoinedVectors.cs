using Efface.Data.Sheets;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>Vectors of one file, with the row of labels of each.</summary>
internal sealed class JoinedVectors
{
    /// <summary>Codes from here on are renumbered: counting needs a table of this size.</summary>
    public const long MostCodes = 1 << 20;

    private readonly RawVectors _raw;
    private readonly string _file;
    private readonly int[] _labelRows,
        _first,
        _draws;
    private readonly bool[] _unusable;

    /// <param name="raw">The vectors; ownership passes to it.</param>
    /// <param name="labelRows">For each vector its row of the labels, or -1.</param>
    /// <param name="labels">How many rows the labels have.</param>
    /// <param name="file">The file's name for the user.</param>
    public JoinedVectors(RawVectors raw, int[] labelRows, int labels, string file)
    {
        (_raw, _labelRows, _file, AreCodes) = (raw, labelRows, file, raw.Values.dtype == ScalarType.Int64);
        (_first, _draws) = (new int[labels], new int[labels]);
        _unusable = new bool[labels];
        Array.Fill(_first, -1);
        for (var row = 0; row < labelRows.Length; row++)
        {
            var label = labelRows[row];
            if (label >= 0)
                _unusable[label] |= raw.Rows.IsRefused(row);
            if (label < 0 || raw.Rows.IsRefused(row))
                continue;
            if (_draws[label]++ == 0)
                _first[label] = row;
        }
    }

    /// <summary>Rows that cannot be used.</summary>
    public IReadOnlyList<RowFault> Faults => _raw.Rows.Faults;

    /// <summary>Whether there is a vector for a row of the labels.</summary>
    public bool Has(int label) => _first[label] >= 0;

    /// <summary>Whether a row of the labels is in the file of vectors, but has no usable vector.</summary>
    public bool Lacks(int label) => _unusable[label] && _first[label] < 0;

    /// <summary>The smallest and the largest number of draws that one of <paramref name="labels"/> has.</summary>
    public (int Fewest, int Most) DrawRange(int[] labels) =>
        labels.Length == 0 ? (0, 0) : (labels.Min(label => _draws[label]), labels.Max(label => _draws[label]));

    /// <summary>Equal for rows of the labels with equal vectors, from the first draw of each; only before <see cref="Take"/>.</summary>
    public UInt128[] Hashes(int[] labels) => [.. labels.Select(label => ContentHash.Of(RowTensor.Rows<byte>(_raw.Values, _first[label])))];

    /// <summary>Whether each image is one symbol.</summary>
    public bool AreCodes { get; }

    /// <summary>
    /// The mean of the draws of each of <paramref name="labels"/>; null if none has several, and for codes. Only before <see cref="Take"/>.
    /// </summary>
    public Tensor? Mean(int[] labels)
    {
        if (_raw.Values.dtype != ScalarType.Float32 || labels.All(label => _draws[label] == 1))
            return null;
        var means = RowTensor.Allocate(_file, [labels.Length, .. _raw.Values.shape[1..]], ScalarType.Float32).zero_();
        var placeOf = new int[_first.Length];
        Array.Fill(placeOf, -1);
        for (var place = 0; place < labels.Length; place++)
            placeOf[labels[place]] = place;
        for (var row = 0; row < _labelRows.Length; row++)
        {
            if (_labelRows[row] < 0 || _raw.Rows.IsRefused(row) || placeOf[_labelRows[row]] is var place && place < 0)
                continue;
            Span<float> mean = RowTensor.Rows<float>(means, place),
                draw = RowTensor.Rows<float>(_raw.Values, row);
            var share = 1f / _draws[_labelRows[row]];
            for (var i = 0; i < mean.Length; i++)
                mean[i] += draw[i] * share;
        }
        return means;
    }

    /// <summary>The first draw of each of <paramref name="labels"/>, in that order; the file's own order is lost.</summary>
    /// <param name="labels">Rows of the labels, each once.</param>
    /// <param name="notes">Receives a note if codes are renumbered.</param>
    public Tensor Take(int[] labels, List<string> notes)
    {
        var values = RowTensor.Arrange(_raw.Values, [.. labels.Select(label => _first[label])]);
        if (values.dtype == ScalarType.Int64)
            NumberAnew(values, notes);
        return values;
    }

    private void NumberAnew(Tensor values, List<string> notes)
    {
        if (values.shape[0] == 0)
            return;
        var codes = RowTensor.Rows<long>(values, 0, (int)values.shape[0]);
        if (!codes.ContainsAnyExceptInRange(0, MostCodes - 1))
            return;
        long[] known = [.. codes.ToArray().Distinct().Order()];
        if (known.Length > MostCodes)
            throw new InvalidInputException(_file, $"has {known.Length:N0} different codes", $"A code is one of at most {MostCodes:N0}");
        for (var i = 0; i < codes.Length; i++)
            codes[i] = Array.BinarySearch(known, codes[i]);
        notes.Add($"{_file}: codes lie between {known[0]} and {known[^1]} and are renumbered from 0 to {known.Length - 1}");
    }
}
