using Efface.Data.Sheets;

namespace Efface.Data.Reading;

/// <summary>What the labels alone say about how well anything can be learnt or measured.</summary>
internal static class LabelFindings
{
    /// <summary>Fewer images than this of a class in a part carry little information.</summary>
    public const int Tiny = 20;

    private static readonly Part[] Parts = Enum.GetValues<Part>();

    /// <summary>Tiny classes, and pairs of classes that never occur together.</summary>
    public static IReadOnlyList<Finding> Of(ImageTable table, Column task, IReadOnlyList<Column> attributes)
    {
        var findings = new List<Finding>();
        foreach (var column in attributes.Prepend(task))
        {
            string[] tiny = [.. Parts.SelectMany(part => Small(table, column, part))];
            if (tiny.Length > 0)
                findings.Add(
                    new Finding(
                        $"classes of {column.Name} have fewer than {Tiny} images in a part",
                        tiny.Length,
                        [.. tiny.Take(5)],
                        "Merge them (--map), drop them (--drop), or expect wide intervals"
                    )
                );
        }
        foreach (var attribute in attributes)
        {
            var joint = JointTable.Of(task, attribute, table.Rows(Part.Train));
            string[] empty =
            [
                .. from y in Enumerable.Range(0, task.Classes.Count)
                from z in Enumerable.Range(0, attribute.Classes.Count)
                where joint[y, z] == 0
                select $"{task.Classes[y]} with {attribute.Classes[z]}",
            ];
            if (empty.Length > 0)
                findings.Add(
                    new Finding(
                        $"pairs of {task.Name} and {attribute.Name} have no training image",
                        empty.Length,
                        [.. empty.Take(5)],
                        $"There {task.Name} tells {attribute.Name}, and that much cannot be forgotten"
                    )
                );
        }
        return findings;
    }

    private static IEnumerable<string> Small(ImageTable table, Column column, Part part)
    {
        var counts = column.Count(table.Rows(part));
        return column
            .Classes.Select((name, i) => (name, count: counts[i]))
            .Where(pair => pair.count < Tiny)
            .Select(pair => $"{pair.name}: {pair.count} in {part.Word()}");
    }
}
