using Efface.Data;

namespace Efface.Detachment;

/// <summary>The training split's joint tables of the task with each attribute.</summary>
/// <param name="Task">y.</param>
/// <param name="Attributes">Every z.</param>
/// <param name="Joints">p(y, z) of the training split, one for each attribute.</param>
public sealed record TaskAndAttributes(Column Task, IReadOnlyList<Column> Attributes, IReadOnlyList<JointTable> Joints)
{
    /// <summary>Attributes that must stay readable.</summary>
    public IReadOnlyList<Column> Retained { get; init; } = [];

    /// <summary>All attributes whose labels training needs: those to forget first.</summary>
    public IReadOnlyList<Column> Loaded => [.. Attributes, .. Retained];

    /// <summary>Counts the training part of <paramref name="table"/>.</summary>
    public static TaskAndAttributes Of(Examples table, Column task, IReadOnlyList<Column> attributes)
    {
        var rows = table.Rows(Part.Train);
        return new TaskAndAttributes(task, attributes, [.. attributes.Select(attribute => JointTable.Of(task, attribute, rows))]);
    }
}
