namespace Efface.Data;

/// <summary>How often each class of an attribute z occurs with each class of the task y, and what follows from it.</summary>
public sealed class JointTable
{
    private readonly int[,] _counts;

    private JointTable(Column task, Column attribute, int[,] counts) => (Task, Attribute, _counts) = (task, attribute, counts);

    /// <summary>The task, y.</summary>
    public Column Task { get; }

    /// <summary>The attribute, z.</summary>
    public Column Attribute { get; }

    /// <summary>How many of the counted images have task class <paramref name="y"/> and attribute class <paramref name="z"/>.</summary>
    public int this[int y, int z] => _counts[y, z];

    /// <summary>How many images were counted.</summary>
    public int Total => Count(_counts);

    /// <summary>Counts <paramref name="rows"/>.</summary>
    public static JointTable Of(Column task, Column attribute, ReadOnlySpan<int> rows)
    {
        var counts = new int[task.Classes.Count, attribute.Classes.Count];
        foreach (var row in rows)
            counts[task.Labels[row], attribute.Labels[row]]++;
        return new JointTable(task, attribute, counts);
    }

    /// <summary>p(z|y) with add-one smoothing over the classes of z, [classes of y, classes of z]; each row sums to one.</summary>
    public double[,] AttributeGivenTask(double smoothing = 1)
    {
        int tasks = Task.Classes.Count,
            attributes = Attribute.Classes.Count;
        var result = new double[tasks, attributes];
        for (var y = 0; y < tasks; y++)
        {
            var row = Enumerable.Range(0, attributes).Sum(z => _counts[y, z] + smoothing);
            for (var z = 0; z < attributes; z++)
                result[y, z] = row == 0 ? 1.0 / attributes : (_counts[y, z] + smoothing) / row;
        }
        return result;
    }

    /// <summary>H(y) in bits, from the counts.</summary>
    public double TaskEntropy =>
        Entropy(Enumerable.Range(0, Task.Classes.Count).Select(y => Enumerable.Range(0, Attribute.Classes.Count).Sum(z => _counts[y, z])));

    /// <summary>H(z) in bits, from the counts.</summary>
    public double AttributeEntropy =>
        Entropy(Enumerable.Range(0, Attribute.Classes.Count).Select(z => Enumerable.Range(0, Task.Classes.Count).Sum(y => _counts[y, z])));

    /// <summary>H(z|y) in bits, from the counts: the most that could be forgotten.</summary>
    public double AttributeEntropyGivenTask => Entropy(_counts.Cast<int>()) - TaskEntropy;

    /// <summary>Whether y determines z, so that forgetting z means forgetting y.</summary>
    public bool TaskDeterminesAttribute =>
        Enumerable.Range(0, Task.Classes.Count).All(y => Enumerable.Range(0, Attribute.Classes.Count).Count(z => _counts[y, z] > 0) <= 1);

    private static int Count(int[,] counts) => counts.Cast<int>().Sum();

    /// <summary>Entropy of a distribution given by counts, in bits.</summary>
    internal static double Entropy(IEnumerable<int> counts)
    {
        var all = counts.Where(count => count > 0).Select(count => (double)count).ToArray();
        var total = all.Sum();
        return -all.Sum(count => count / total * Math.Log2(count / total));
    }
}
