using System.Globalization;
using Efface.Data.Sheets;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>
/// Numbers that blind attackers: NaN; a fill value such as -9999 in few cells, or an overflow, which stretches a column until nothing else
/// in it shows; a column far from 0 with little variation, which loses its information in 32 bits.
/// </summary>
internal static class VectorNumbers
{
    // Vectors that models compute stay within some tens of the usual deviation, except probabilities, which reach 1 from next to nothing;
    // fill values are 99 and more.
    private const float Far = 1e3f,
        LeastFill = 99;

    /// <summary>What is wrong with a row that has a number further out.</summary>
    public const string IsFarOut = "has a number a thousand times as far out as others in its column: a fill value, or an overflow",
        ForFarOut = "Compute the vector again, or take the row out";

    // 32 bits resolve a sixteen-millionth of a number; what a constant number lost is unknown.
    private const float Finest = 1e-5f,
        Large = 1e6f;

    private const int FewestSampled = 50,
        MostSampled = 2000,
        NumbersSampled = 1 << 24;

    /// <summary>Refuses rows with unusable numbers.</summary>
    /// <param name="raw">As read.</param>
    /// <param name="path">The file's path.</param>
    /// <exception cref="InvalidInputException">Most rows have such numbers, or whole columns.</exception>
    public static void RefuseUnusable(RawVectors raw, string path)
    {
        var width = raw.Values.shape[1..].Aggregate(1L, (count, size) => count * size);
        var faulty = RefuseNotFinite(raw.Values, raw.Rows);
        if (2 * faulty > raw.Rows.Count)
            throw new InvalidInputException(
                path,
                $"has numbers that are missing, NaN or infinite in {faulty:N0} of {raw.Rows.Count:N0} rows",
                "Find out where the model overflows, and compute the representations again"
            );
        if (raw.Values.dtype != ScalarType.Float32 || raw.Values.shape[0] == 0)
            return;
        var (middle, spread) = Usual(raw.Values);
        if (Unresolved(middle, spread) is { Length: > 0 } unresolved)
            throw new InvalidInputException(
                path,
                $"has {unresolved.Length:N0} of {width:N0} columns that vary by less than 32 bits show beside their size (number "
                    + $"{unresolved[0].Place + 1} of each vector stands at {Shown(unresolved[0].Number)})",
                "Subtract that from the column, or take it out if it is none of the vector"
            );
        foreach (var far in Outliers(raw.Values, middle, spread).Where(far => !raw.Rows.IsRefused(far.Row)))
            raw.Rows.Refuse(far.Row, null, $"{Shown(far.Number)} (number {far.Place + 1} of the vector)", IsFarOut, ForFarOut);
    }

    /// <summary>Refuses rows with numbers that are missing, NaN or infinite; the others need no knowledge of the whole file.</summary>
    /// <returns>How many.</returns>
    public static int RefuseNotFinite(Tensor values, SheetDraft rows)
    {
        var width = values.shape[1..].Aggregate(1L, (count, size) => count * size);
        var faulty = 0;
        foreach (
            var (count, row) in RowTensor
                .CountNotFinite(values)
                .Select((count, row) => (count, row))
                .Where(pair => pair.count > 0 && !rows.IsRefused(pair.row))
        )
        {
            rows.Refuse(
                row,
                null,
                $"{count:N0} of {width:N0} numbers",
                "has numbers that are missing, NaN or infinite",
                "Find out where the model overflows, or take the row out"
            );
            faulty++;
        }
        return faulty;
    }

    /// <summary>The rows with a number far out, where it is known what is usual: as in a file that is read as a whole.</summary>
    /// <param name="values">f32 [N, D].</param>
    /// <param name="mean">Of each column, f32 [D].</param>
    /// <param name="deviation">Of each column, f32 [D].</param>
    public static int[] FarOut(Tensor values, Tensor mean, Tensor deviation)
    {
        using var scope = NewDisposeScope();
        var isFar = (values.abs() >= LeastFill) & ((values - mean).abs() > Far * deviation) & (deviation > 0);
        return [.. isFar.any(1).nonzero().flatten().data<long>().ToArray().Select(row => (int)row)];
    }

    // A number far out: its row, its position in the row from 0, and its value.
    private readonly record struct Outlier(int Row, int Place, float Number);

    // At most one per row, the first.
    private static IEnumerable<Outlier> Outliers(Tensor values, float[] middle, float[] spread)
    {
        foreach (var (from, count) in RowTensor.Blocks(values))
            for (var row = from; row < from + count; row++)
                if (First(RowTensor.Rows<float>(values, row), middle, spread) is { } place)
                    yield return new Outlier(row, place, RowTensor.Rows<float>(values, row)[place]);
    }

    private static (int Place, float Number)[] Unresolved(float[] middle, float[] spread) =>
        [
            .. Enumerable
                .Range(0, middle.Length)
                .Where(place => Math.Abs(middle[place]) > (spread[place] > 0 ? spread[place] / Finest : Large))
                .Select(place => (place, middle[place])),
        ];

    private static string Shown(float number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? First(ReadOnlySpan<float> row, float[] middle, float[] spread)
    {
        for (var place = 0; place < row.Length; place++)
            if (
                spread[place] > 0
                && Math.Abs(row[place]) is >= LeastFill and < float.PositiveInfinity
                && Math.Abs(row[place] - middle[place]) > Far * spread[place]
            )
                return place;
        return null;
    }

    // The median of each column, and of the deviations of its other values: a column that is mostly 0, as after a ReLU, is judged by the
    // rest.
    private static (float[] Middle, float[] Spread) Usual(Tensor values)
    {
        using var scope = NewDisposeScope();
        var rows = values.shape[0];
        var taken = Math.Min(rows, Math.Clamp(NumbersSampled * rows / Math.Max(1, values.numel()), FewestSampled, MostSampled));
        var chosen = torch.tensor(Enumerable.Range(0, (int)taken).Select(i => i * rows / taken).ToArray());
        var sample = values.index_select(0, chosen).flatten(1).nan_to_num(0, 0, 0);
        var middle = sample.sort(0).Values[taken / 2];
        var far = (sample - middle).abs();
        var same = (far == 0).sum(0, keepdim: true);
        var spread = far.sort(0).Values.gather(0, ((same + taken) / 2).floor().to_type(ScalarType.Int64).clamp(max: taken - 1));
        return (middle.data<float>().ToArray(), spread.data<float>().ToArray());
    }
}
