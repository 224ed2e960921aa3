using Efface.Data;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>Rows to fit an eraser on, with their labels.</summary>
/// <param name="Values">f32 [M, ...] with D numbers a row, on the CPU; owned by the caller.</param>
/// <param name="Task">The task's labels; null without a task.</param>
/// <param name="Attributes">Those of the attributes to forget, in this order.</param>
internal sealed record LabelledRows(Tensor Values, LabelledColumn? Task, IReadOnlyList<LabelledColumn> Attributes)
{
    /// <summary>Columns that are to stay readable.</summary>
    public IReadOnlyList<LabelledColumn> Retained { get; init; } = [];

    /// <summary>Which rows of the values are meant, [N]: they are not copied. Null for all.</summary>
    public int[]? Places { get; init; }

    /// <summary>The group of each row: rows of one person, say. Null where each stands for itself.</summary>
    public int[]? Groups { get; init; }

    /// <summary>As many rows as are worked on at once: more would take more memory than the vectors themselves.</summary>
    public const int ChunkRows = 8192;

    private const int FewestOfClass = 20;

    /// <summary>N.</summary>
    public int Count => Places?.Length ?? (int)Values.shape[0];

    /// <summary>D.</summary>
    public int Size => (int)Layout.Size(Values.shape[1..]);

    /// <summary>The vectors of some rows, f32 [n, D]; owned by the caller.</summary>
    public Tensor Gather(IEnumerable<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = torch.tensor([.. rows.Select(row => (long)(Places?[row] ?? row))]);
        return Values.index_select(0, index).flatten(1).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The vectors of all rows, f32 [N, D]; owned by the caller.</summary>
    public Tensor All() => Gather(Enumerable.Range(0, Count));

    /// <summary>The same in pieces, so that there is no second copy of all; each is disposed before the next.</summary>
    public IEnumerable<Tensor> Chunks()
    {
        for (var start = 0; start < Count; start += ChunkRows)
        {
            using var some = Gather(Enumerable.Range(start, Math.Min(ChunkRows, Count - start)));
            yield return some;
        }
    }

    /// <summary>The mean of all rows, f64 [D]; owned by the caller.</summary>
    public Tensor Mean()
    {
        var sum = torch.zeros(Size, dtype: ScalarType.Float64);
        foreach (var some in Chunks())
            sum.add_(some.sum([0L], type: ScalarType.Float64));
        return sum.div_(Count);
    }

    /// <summary>Classes of task and attributes with too few rows to learn from.</summary>
    public IEnumerable<Problem> TooFew() =>
        from column in Attributes.Prepend(Task).OfType<LabelledColumn>()
        from label in Enumerable.Range(0, column.Classes)
        let count = column.Labels.Count(one => one == label)
        where count < FewestOfClass
        select new Problem(
            $"column '{column.Name}'",
            $"has {count:N0} training {(count == 1 ? "row" : "rows")} of class {column.Names?[label] ?? $"{label}"}, and needs "
                + $"{FewestOfClass}",
            "Merge the class into another with `LabelRules.Map`, leave its rows out with `LabelRules.Drop`, or give more rows"
        );

    /// <summary>Some of these rows; values are not copied.</summary>
    public LabelledRows Select(int[] rows)
    {
        LabelledColumn Of(LabelledColumn column) => column with { Labels = [.. rows.Select(row => column.Labels[row])] };
        return this with
        {
            Task = Task is null ? null : Of(Task),
            Attributes = [.. Attributes.Select(Of)],
            Retained = [.. Retained.Select(Of)],
            Places = [.. rows.Select(row => Places?[row] ?? row)],
            Groups = Groups is null ? null : [.. rows.Select(row => Groups[row])],
        };
    }

    /// <summary>Some rows of a table.</summary>
    public static LabelledRows Of(ErasingWork work, int[] rows) =>
        Of(work.Table.Values, work.Table, rows, work.Task, work.Attributes, work.Retained) with
        {
            Places = rows,
        };

    /// <summary>Only the labels of some rows of a table.</summary>
    public static LabelledRows Labels(Examples table, int[] rows, Column? task, IReadOnlyList<Column> attributes) =>
        Of(torch.empty(rows.Length, 0), table, rows, task, attributes);

    /// <summary>Other values for some rows of a table: what a network computes of them.</summary>
    public static LabelledRows Of(
        Tensor values,
        Examples table,
        int[] rows,
        Column? task,
        IReadOnlyList<Column> attributes,
        IReadOnlyList<Column>? retained = null
    )
    {
        LabelledColumn Labelled(Column column) =>
            new(column.Name, [.. rows.Select(row => column.Labels[row])], column.Classes.Count) { Names = column.Classes };
        return new LabelledRows(values, task is null ? null : Labelled(task), [.. attributes.Select(Labelled)])
        {
            Retained = [.. (retained ?? []).Select(Labelled)],
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
    /// <summary>The names of the classes, where they have any.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>int64 [N].</summary>
    public Tensor ToTensor() => torch.tensor([.. Labels.Select(label => (long)label)]);

    /// <summary>How many rows the rarest class has.</summary>
    public int Rarest => Enumerable.Range(0, Classes).Min(label => Labels.Count(one => one == label));
}
