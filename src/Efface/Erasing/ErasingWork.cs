using Efface.Data;
using Efface.Data.Vectors;

namespace Efface.Erasing;

/// <summary>Everything that a recipe needs to fit an eraser.</summary>
/// <param name="Table">Vectors with train and validation parts.</param>
/// <param name="Task">What the vectors are for; null without a task.</param>
/// <param name="Attributes">What is to be forgotten.</param>
/// <param name="Options">How it is fitted.</param>
public sealed record ErasingWork(VectorTable Table, Column? Task, IReadOnlyList<Column> Attributes, EraserOptions Options)
{
    /// <summary>Columns that are to stay readable in a code.</summary>
    public IReadOnlyList<Column> Retained { get; init; } = [];

    /// <summary>Receives each step; null for nobody.</summary>
    public Action<ErasingProgress>? Progress { get; init; }

    /// <summary>Checked before each step.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>D.</summary>
    internal int Size => (int)Models.Layout.Size(Table.Shape);

    /// <summary>One part, with its labels.</summary>
    internal LabelledRows Rows(Part part) => LabelledRows.Of(this, Table.Rows(part));

    /// <summary>The description of an eraser, as far as every recipe has the same.</summary>
    internal EraserDescription Describe(string recipe) =>
        new()
        {
            Recipe = recipe,
            Size = Size,
            Task = Task is null ? null : Of(Task),
            Attributes = [.. Attributes.Select(Of)],
            Source = Table.Origins.Count > 0 ? Table.Origins[0].What : null,
        };

    private static EraserColumn Of(Column column) => new(column.Name, column.Classes);
}
