using Efface.Data.Sheets;

namespace Efface.Data.Vectors;

/// <summary>
/// Rows with equal vectors. A copy of a training row in test would be recognised, not read, so copies stay in the part that is evaluated
/// last, as pictures do. But few different vectors, or one that stands wherever a model found no face, are not copies: removing such rows
/// would hide what they reveal.
/// </summary>
internal static class VectorCopies
{
    // Rows that are copies agree in their labels; rows of recurring vectors need not.
    private const double Unanimous = 0.95;

    // More rows than this are a model's output where it found nothing, even if all are of one class.
    private const int MostCopies = 10;

    /// <summary>The rows that stay.</summary>
    /// <param name="rows">Rows of the labels.</param>
    /// <param name="hashes">Equal for equal vectors; one for each of <paramref name="rows"/>.</param>
    /// <param name="parts">The part of each row of the labels.</param>
    /// <param name="columns">Columns of classes.</param>
    /// <param name="refuse">Receives each row to drop: row, column, value, fault, remedy.</param>
    /// <param name="notes">Receives what stays although it recurs.</param>
    public static int[] Without(
        int[] rows,
        UInt128[] hashes,
        Part[] parts,
        IReadOnlyList<SheetColumn> columns,
        Action<int, string?, string?, string, string> refuse,
        List<string> notes
    )
    {
        var equal = rows.Zip(hashes)
            .GroupBy(pair => pair.Second, pair => pair.First)
            .Select(group => group.ToArray())
            .Where(group => group.Length > 1)
            .ToArray();
        if (equal.Length == 0)
            return rows;
        var (alike, other) = Apart(equal, group =>
            group.Length <= MostCopies && columns.All(column => group.All(row => column.Codes[row] == column.Codes[group[0]]))
        );
        var areCopies = alike.Length >= Unanimous * equal.Length;
        if (!areCopies || other.Length > 0)
        {
            var recurring = areCopies ? other : equal;
            notes.Add(
                $"{recurring.Sum(group => group.Length):N0} of {rows.Length:N0} rows share their vector with rows of other labels "
                    + $"({recurring.Length:N0} vectors recur, the commonest in {recurring.Max(group => group.Length):N0} rows): they "
                    + "are kept. "
                    + "A vector that stands where a model found nothing tells that much; of few different vectors a code can be certified"
            );
        }
        if (!areCopies)
            return rows;
        var gone = new HashSet<int>();
        foreach (var group in alike)
        {
            var last = group.Max(row => parts[row]);
            foreach (var row in group.Where(row => parts[row] != last))
            {
                gone.Add(row);
                refuse(
                    row,
                    null,
                    null,
                    $"has the same vector as a row of the {last.Word()} part",
                    "Keep each image in one part; where parts are drawn, take the copies out"
                );
            }
        }
        var within = alike.Sum(group => group.Count(row => !gone.Contains(row)) - 1);
        if (within > 0)
            notes.Add(
                $"{within:N0} rows repeat another one of their part, with the same labels, and are kept: take them out, unless they are "
                    + "there to weigh more"
            );
        return [.. rows.Where(row => !gone.Contains(row))];
    }

    private static (int[][] Yes, int[][] No) Apart(int[][] groups, Func<int[], bool> isOne)
    {
        var apart = groups.ToLookup(isOne);
        return ([.. apart[true]], [.. apart[false]]);
    }
}
