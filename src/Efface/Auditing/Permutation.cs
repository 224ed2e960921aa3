namespace Efface.Auditing;

/// <summary>z as it would be if only y were related to it.</summary>
internal static class Permutation
{
    /// <summary>z permuted among the images of one y: p(z|y) stays, every other link to the image is gone.</summary>
    /// <param name="task">y, [N]; null: among all.</param>
    /// <param name="attribute">z, [N].</param>
    /// <param name="random">The source of randomness.</param>
    public static int[] Within(int[]? task, int[] attribute, Random random)
    {
        var result = (int[])attribute.Clone();
        foreach (var group in Enumerable.Range(0, attribute.Length).GroupBy(i => task?[i] ?? 0))
        {
            var rows = group.ToArray();
            var labels = rows.Select(row => attribute[row]).ToArray();
            random.Shuffle(labels);
            for (var i = 0; i < rows.Length; i++)
                result[rows[i]] = labels[i];
        }
        return result;
    }
}
