using Efface.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>Rows to fit an eraser on, with their labels.</summary>
/// <param name="Values">f32 [N, D], on the CPU; owned by the caller.</param>
/// <param name="Task">The task's labels; null without a task.</param>
/// <param name="Attributes">Those of the attributes to forget, in this order.</param>
internal sealed record LabelledRows(Tensor Values, LabelledColumn? Task, IReadOnlyList<LabelledColumn> Attributes)
{
    /// <summary>The group of each row: rows of one person, say. Null where each stands for itself.</summary>
    public int[]? Groups { get; init; }

    /// <summary>N.</summary>
    public int Count => (int)Values.shape[0];

    /// <summary>Some rows of a table.</summary>
    public static LabelledRows Of(Examples table, int[] rows, Column? task, IReadOnlyList<Column> attributes)
    {
        using var scope = NewDisposeScope();
        var values = table.Gather(rows).flatten(1).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
        return Of(values, table, rows, task, attributes);
    }

    /// <summary>Other values for some rows of a table: what a network computes of them.</summary>
    public static LabelledRows Of(Tensor values, Examples table, int[] rows, Column? task, IReadOnlyList<Column> attributes)
    {
        LabelledColumn Labels(Column column) => new(column.Name, [.. rows.Select(row => column.Labels[row])], column.Classes.Count);
        return new LabelledRows(values, task is null ? null : Labels(task), [.. attributes.Select(Labels)])
        {
            Groups = table.Groups is { } groups ? [.. rows.Select(row => groups[row])] : null,
        };
    }
}

/// <summary>The labels of one column.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Labels">[N], each below <paramref name="Classes"/>.</param>
/// <param name="Classes">K.</param>
internal sealed record LabelledColumn(string Name, int[] Labels, int Classes)
{
    /// <summary>int64 [N].</summary>
    public Tensor ToTensor() => torch.tensor([.. Labels.Select(label => (long)label)]);

    /// <summary>How many rows the rarest class has.</summary>
    public int Rarest => Enumerable.Range(0, Classes).Min(label => Labels.Count(one => one == label));
}
