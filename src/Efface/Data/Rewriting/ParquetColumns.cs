using Efface.Data.Sheets;
using Efface.Data.Vectors;
using Parquet;
using Parquet.Schema;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>Writes vectors to the columns of a row group; null where there is no vector.</summary>
internal static class ParquetColumns
{
    // Levels of a nullable list of nullable numbers: 3 a value, 2 null in a list, 1 an empty list, 0 no list.
    private const int IsNumber = 3;

    /// <summary>Whether the numbers of a column stay of their type.</summary>
    public static bool KeepsType(DataField field) => field.ClrType == typeof(float) || field.ClrType == typeof(double);

    /// <summary>The column for what becomes of another's vectors, or of its numbers.</summary>
    public static Field Like(Field field) =>
        field switch
        {
            ListField list => new ListField(list.Name, Numbers((DataField)list.Item, list.Item.Name)),
            DataField { IsArray: true } item => new ListField(item.Name, Numbers(item, ListField.ElementName)),
            _ => Numbers((DataField)field, field.Name),
        };

    /// <summary>Writes a column of lists.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="field">The column.</param>
    /// <param name="values">f32 [N, D].</param>
    /// <param name="rows">The rows; a refused one has no list.</param>
    public static void WriteLists(ParquetRowGroupWriter group, DataField field, Tensor values, SheetDraft rows)
    {
        var width = (int)values.shape[1];
        var kept = rows.Kept;
        var numbers = new float[checked(kept.Length * width)];
        var (definitions, repetitions) = (
            new int[numbers.Length + rows.Count - kept.Length],
            new int[numbers.Length + rows.Count - kept.Length]
        );
        for (int row = 0, from = 0, level = 0; row < rows.Count; row++)
        {
            if (rows.IsRefused(row))
            {
                level++;
                continue;
            }
            RowTensor.Rows<float>(values, row).CopyTo(numbers.AsSpan(from, width));
            definitions.AsSpan(level, width).Fill(IsNumber);
            repetitions.AsSpan(level + 1, width - 1).Fill(1);
            (from, level) = (from + width, level + width);
        }
        Write(group, field, numbers, definitions, repetitions);
    }

    /// <summary>Writes a column of numbers.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="field">The column.</param>
    /// <param name="values">f32 [N, D].</param>
    /// <param name="place">Which of the numbers.</param>
    /// <param name="rows">The rows; a refused one has no number.</param>
    public static void WriteNumbers(ParquetRowGroupWriter group, DataField field, Tensor values, int place, SheetDraft rows)
    {
        using var column = values.select(1, place).contiguous();
        var (all, kept) = (column.data<float>().ToArray(), rows.Kept);
        var definitions = new int[all.Length];
        foreach (var row in kept)
            definitions[row] = 1;
        Write(group, field, kept.Length == all.Length ? all : [.. kept.Select(row => all[row])], definitions, null);
    }

    private static void Write(ParquetRowGroupWriter group, DataField field, float[] numbers, int[] definitions, int[]? repetitions)
    {
        if (field.ClrType == typeof(double))
            ParquetCopy.Write(group, field, Array.ConvertAll(numbers, number => (double)number), definitions, repetitions);
        else
            ParquetCopy.Write(group, field, numbers, definitions, repetitions);
    }

    private static DataField Numbers(DataField old, string name) =>
        new(name, old.ClrType == typeof(double) ? typeof(double) : typeof(float), isNullable: true);
}
