namespace Efface.Auditing.Attacks;

/// <summary>
/// Features as trees see them: each number is replaced by its range, one of a few of equal frequency. A threshold is the upper end of a
/// range.
/// </summary>
internal sealed class BinnedFeatures
{
    /// <summary>The largest number of ranges of a feature.</summary>
    public const int Most = 32;

    private readonly byte[][] _bins;
    private readonly float[][] _ends;

    private BinnedFeatures(byte[][] bins, float[][] ends) => (_bins, _ends) = (bins, ends);

    /// <summary>F.</summary>
    public int Width => _bins.Length;

    /// <summary>N.</summary>
    public int Count => _bins[0].Length;

    /// <summary>Bins numbers f32 [N · F], row by row.</summary>
    public static BinnedFeatures Of(float[] values, int width)
    {
        var count = values.Length / width;
        var (bins, ends) = (new byte[width][], new float[width][]);
        var (column, sorted) = (new float[count], new float[count]);
        for (var feature = 0; feature < width; feature++)
        {
            for (var i = 0; i < count; i++)
                column[i] = values[i * width + feature];
            column.CopyTo(sorted, 0);
            Array.Sort(sorted);
            ends[feature] = OfFew(sorted) ?? OfMany(sorted);
            bins[feature] = [.. column.Select(value => Bin(ends[feature], value))];
        }
        return new BinnedFeatures(bins, ends);
    }

    /// <summary>The range of each number of a feature, [N].</summary>
    public ReadOnlySpan<byte> Bins(int feature) => _bins[feature];

    /// <summary>The number of ranges of a feature; 1 if it is constant.</summary>
    public int Ranges(int feature) => _ends[feature].Length + 1;

    /// <summary>The largest number that lies in a range or below it.</summary>
    public float End(int feature, int range) => _ends[feature][range];

    // The upper ends of all ranges but the last, rising.
    private static float[] OfMany(float[] sorted)
    {
        var ends = new List<float>();
        for (var range = 1; range < Most; range++)
        {
            var end = sorted[(int)((long)sorted.Length * range / Most)];
            if (end < sorted[^1] && (ends.Count == 0 || end > ends[^1]))
                ends.Add(end);
        }
        return [.. ends];
    }

    // Few different values: each is a range.
    private static float[]? OfFew(float[] sorted)
    {
        var found = new List<float>();
        foreach (var value in sorted)
            if (found.Count == 0 || value > found[^1])
            {
                if (found.Count == Most)
                    return null;
                found.Add(value);
            }
        return [.. found.SkipLast(1)];
    }

    private static byte Bin(float[] ends, float value)
    {
        var at = Array.BinarySearch(ends, value);
        return (byte)(at >= 0 ? at : ~at);
    }
}
