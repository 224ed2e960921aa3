using System.Numerics;
using System.Runtime.InteropServices;
using Parquet.Data;
using Parquet.Schema;

namespace Efface.Data.Vectors;

/// <summary>Numbers of a parquet column, whatever type they have there.</summary>
internal static class ParquetNumbers
{
    /// <summary>One number per row.</summary>
    /// <param name="data">A column of a row group.</param>
    /// <param name="field">The column.</param>
    /// <param name="count">Rows of the row group.</param>
    /// <param name="missing">The value for null.</param>
    /// <exception cref="InvalidDataException">The column has a different number of values.</exception>
    public static T[] Cells<T>(RawColumnData data, DataField field, long count, T missing)
        where T : unmanaged, INumber<T>
    {
        var numbers = Numbers<T>(data);
        if ((field.MaxDefinitionLevel == 0 ? numbers.Length : data.DefinitionLevels.Length) != count)
            throw new InvalidDataException($"column {field.Name} has not the {count:N0} rows of its group");
        if (field.MaxDefinitionLevel == 0)
            return [.. numbers];
        var levels = data.DefinitionLevels;
        var (cells, next) = (new T[levels.Length], 0);
        for (var i = 0; i < cells.Length; i++)
            cells[i] = levels[i] == field.MaxDefinitionLevel ? numbers[next++] : missing;
        return cells;
    }

    /// <summary>All lists in order, and the end of each; null in a list becomes NaN.</summary>
    public static (float[] Numbers, int[] Ends) Lists(RawColumnData data, DataField field)
    {
        ReadOnlySpan<float> stored = Numbers<float>(data);
        ReadOnlySpan<int> repetitions = data.RepetitionLevels,
            definitions = data.DefinitionLevels;
        var (numbers, ends) = (new float[repetitions.Length], new List<int>());
        int next = 0,
            count = 0;
        for (var i = 0; i < repetitions.Length; i++)
        {
            if (repetitions[i] == 0 && i > 0)
                ends.Add(count);
            // One level below a value is a null in a list, where lists allow it; further below, an empty or null list.
            if (definitions[i] == field.MaxDefinitionLevel)
                numbers[count++] = stored[next++];
            else if (field is { IsNullable: true, IsArray: false } && definitions[i] == field.MaxDefinitionLevel - 1)
                numbers[count++] = float.NaN;
        }
        if (repetitions.Length > 0)
            ends.Add(count);
        return (numbers, [.. ends]);
    }

    private static ReadOnlySpan<T> Numbers<T>(RawColumnData data)
        where T : unmanaged, INumber<T> =>
        data switch
        {
            RawColumnData<float> numbers => Convert<float, T>(numbers),
            RawColumnData<double> numbers => Convert<double, T>(numbers),
            RawColumnData<Half> numbers => Convert<Half, T>(numbers),
            RawColumnData<sbyte> numbers => Convert<sbyte, T>(numbers),
            RawColumnData<byte> numbers => Convert<byte, T>(numbers),
            RawColumnData<short> numbers => Convert<short, T>(numbers),
            RawColumnData<ushort> numbers => Convert<ushort, T>(numbers),
            RawColumnData<int> numbers => Convert<int, T>(numbers),
            RawColumnData<uint> numbers => Convert<uint, T>(numbers),
            RawColumnData<long> numbers => Convert<long, T>(numbers),
            RawColumnData<ulong> numbers => Convert<ulong, T>(numbers),
            _ => throw new NotSupportedException(
                $"a column of {data.GetType().GenericTypeArguments.FirstOrDefault()?.Name} holds no numbers"
            ),
        };

    private static ReadOnlySpan<TTo> Convert<TFrom, TTo>(RawColumnData<TFrom> data)
        where TFrom : struct, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        var from = data.Values;
        if (typeof(TFrom) == typeof(TTo))
            return MemoryMarshal.Cast<TFrom, TTo>(from);
        var to = new TTo[from.Length];
        for (var i = 0; i < to.Length; i++)
            to[i] = TTo.CreateTruncating(from[i]);
        return to;
    }
}
