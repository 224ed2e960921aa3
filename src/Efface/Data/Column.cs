namespace Efface.Data;

/// <summary>A categorical label of every image: the task, or an attribute.</summary>
/// <param name="Name">The column's name, as the user writes it in <c>--task</c> and <c>--forget</c>.</param>
/// <param name="Classes">The class names; a label is an index into them.</param>
/// <param name="Labels">One label per image, [N].</param>
public sealed record Column(string Name, IReadOnlyList<string> Classes, int[] Labels)
{
    /// <summary>How many of <paramref name="rows"/> have each class.</summary>
    public int[] Count(ReadOnlySpan<int> rows)
    {
        var counts = new int[Classes.Count];
        foreach (var row in rows)
            counts[Labels[row]]++;
        return counts;
    }
}
