namespace Efface.Data;

/// <summary>How many images of each part have a class.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Counts">By part.</param>
public sealed record ClassCount(string Class, IReadOnlyDictionary<string, int> Counts);

/// <summary>The classes of task or attribute, as read, so that a user can see what was misread.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Classes">In the order of the classes.</param>
public sealed record ClassCounts(string Column, IReadOnlyList<ClassCount> Classes)
{
    private const int Shown = 30;

    private static readonly Part[] Parts = Enum.GetValues<Part>();

    /// <summary>Counts.</summary>
    /// <param name="column">Its classes and labels.</param>
    /// <param name="rows">The images of a part.</param>
    public static ClassCounts Of(Column column, Func<Part, int[]> rows)
    {
        var counts = Parts.Select(part => column.Count(rows(part))).ToArray();
        return new ClassCounts(
            column.Name,
            [
                .. column.Classes.Select(
                    (name, z) => new ClassCount(name, Parts.ToDictionary(part => part.Word(), part => counts[(int)part][z]))
                ),
            ]
        );
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var shown = Classes
            .Take(Shown)
            .Select(one => $"{one.Class} {string.Join(" / ", one.Counts.Values.Select(count => $"{count:N0}"))}");
        var rest = Classes.Count > Shown ? $" and {Classes.Count - Shown:N0} more classes" : "";
        return $"{Column}: {string.Join("; ", shown)}{rest} ({string.Join(" / ", Parts.Select(part => part.Word()))})";
    }
}
