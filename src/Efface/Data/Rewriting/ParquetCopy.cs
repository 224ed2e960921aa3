using System.Numerics;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Duration = Parquet.File.Values.Primitives.Interval;
using ParquetType = Parquet.Meta.Type;

namespace Efface.Data.Rewriting;

/// <summary>Carries columns of a row group along as they are: values, and the levels that say what is null and what a list.</summary>
internal static class ParquetCopy
{
    // How a column of each type is written.
    private static readonly Dictionary<Type, Action<ParquetRowGroupWriter, DataField, RawColumnData>> Writers = new()
    {
        [typeof(bool)] = Write<bool>,
        [typeof(sbyte)] = Write<sbyte>,
        [typeof(byte)] = Write<byte>,
        [typeof(short)] = Write<short>,
        [typeof(ushort)] = Write<ushort>,
        [typeof(int)] = Write<int>,
        [typeof(uint)] = Write<uint>,
        [typeof(long)] = Write<long>,
        [typeof(ulong)] = Write<ulong>,
        [typeof(Half)] = Write<Half>,
        [typeof(float)] = Write<float>,
        [typeof(double)] = Write<double>,
        [typeof(decimal)] = Write<decimal>,
        [typeof(BigInteger)] = Write<BigInteger>,
        [typeof(DateTime)] = Write<DateTime>,
        [typeof(DateOnly)] = Write<DateOnly>,
        [typeof(Guid)] = Write<Guid>,
        [typeof(Duration)] = Write<Duration>,
        [typeof(ReadOnlyMemory<char>)] = Write<ReadOnlyMemory<char>>,
        [typeof(ReadOnlyMemory<byte>)] = Write<ReadOnlyMemory<byte>>,
    };

    /// <summary>Whether a column would be of the same type in another file.</summary>
    public static bool CanCarry(DataField field) =>
        Writers.ContainsKey(field.ClrType)
        // The library takes what it does not know for bytes, and would write them without what they mean.
        && (
            field.ClrType != typeof(ReadOnlyMemory<byte>)
            || field.SchemaElement is null or { Type: ParquetType.BYTE_ARRAY, ConvertedType: null, LogicalType: null }
        );

    /// <summary>Whether times of a column may lose digits: the library holds tenths of a microsecond.</summary>
    public static bool LosesDigits(DataField field) =>
        field is DateTimeDataField && field.SchemaElement is { LogicalType.TIMESTAMP.Unit.NANOS: not null };

    /// <summary>Carries a column along.</summary>
    public static void Carry(ParquetRowGroupReader from, DataField field, ParquetRowGroupWriter to, DataField target)
    {
        using var data = from.ReadRawColumnDataBaseAsync(field, default).AsTask().GetAwaiter().GetResult();
        Writers[field.ClrType](to, target, data);
    }

    /// <summary>Writes a column.</summary>
    /// <param name="to">The row group.</param>
    /// <param name="field">The column.</param>
    /// <param name="values">Without nulls.</param>
    /// <param name="definitions">What is null; null if nothing may be.</param>
    /// <param name="repetitions">What goes on a list; null if there are none.</param>
    public static void Write<T>(ParquetRowGroupWriter to, DataField field, T[] values, int[]? definitions, int[]? repetitions)
        where T : struct =>
        // All parts do not tell the library how many rows there are, unless levels are among them.
        (
            definitions is null
                ? to.WriteAsync<T>(field, values)
                : to.WriteAllPartsAsync<T>(field, values, definitions, repetitions, default)
        )
            .GetAwaiter()
            .GetResult();

    private static void Write<T>(ParquetRowGroupWriter to, DataField field, RawColumnData data)
        where T : struct =>
        Write(
            to,
            field,
            ((RawColumnData<T>)data).Values.ToArray(),
            field.MaxDefinitionLevel == 0 ? null : data.DefinitionLevels.ToArray(),
            field.MaxRepetitionLevel == 0 ? null : data.RepetitionLevels.ToArray()
        );
}
