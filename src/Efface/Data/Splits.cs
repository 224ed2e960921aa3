namespace Efface.Data;

/// <summary>Seeded, stratified draws of training, validation and test images.</summary>
internal static class Splits
{
    /// <summary>
    /// Draws <paramref name="fraction"/> of every stratum. Each stratum gives its share rounded down or up so that the total is
    /// right; the same seed draws the same rows.
    /// </summary>
    /// <param name="rows">The rows to draw from.</param>
    /// <param name="stratum">The stratum of a row: rows of one stratum are interchangeable.</param>
    /// <param name="fraction">In [0, 1].</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The drawn rows, ascending.</returns>
    public static int[] Draw(int[] rows, Func<int, int> stratum, double fraction, int seed)
    {
        var random = new Random(seed);
        var strata = rows.GroupBy(stratum).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        var shares = strata.Select(group => group.Length * fraction).ToArray();
        var taken = shares.Select(share => (int)share).ToArray();
        var missing = (int)Math.Round(rows.Length * fraction) - taken.Sum();
        foreach (var i in Enumerable.Range(0, strata.Length).OrderByDescending(i => shares[i] - taken[i]).Take(missing))
            taken[i]++;

        var drawn = new List<int>();
        for (var i = 0; i < strata.Length; i++)
        {
            random.Shuffle(strata[i]);
            drawn.AddRange(strata[i].AsSpan(0, taken[i]));
        }
        return [.. drawn.Order()];
    }

    /// <summary>
    /// All rows if there are no more than <paramref name="most"/>; else this number of them, drawn by <see cref="Draw"/>.
    /// </summary>
    public static int[] AtMost(int[] rows, int most, Func<int, int> stratum, int seed) =>
        rows.Length <= most ? rows : Draw(rows, stratum, (double)most / rows.Length, seed);

    /// <summary>One number for each combination of the classes of <paramref name="columns"/>.</summary>
    public static Func<int, int> By(IReadOnlyList<Column> columns) =>
        row => columns.Aggregate(0, (stratum, column) => stratum * column.Classes.Count + column.Labels[row]);

    /// <summary>
    /// The same for rows that belong together: all rows of a group are drawn, or none. A group counts towards the stratum of its first row.
    /// </summary>
    /// <param name="rows">The rows to draw from.</param>
    /// <param name="stratum">The stratum of a row.</param>
    /// <param name="group">The group of a row.</param>
    /// <param name="fraction">In [0, 1]; met as closely as whole groups allow, and never exceeded by more than half a group.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The drawn rows, ascending.</returns>
    public static int[] DrawGroups(int[] rows, Func<int, int> stratum, Func<int, int> group, double fraction, int seed)
    {
        var groups = rows.GroupBy(group).Select(members => members.ToArray()).ToArray();
        if (groups.Length == rows.Length)
            return Draw(rows, stratum, fraction, seed);
        var random = new Random(seed);
        var drawn = new List<int>();
        foreach (var peers in groups.GroupBy(members => stratum(members[0])).OrderBy(peers => peers.Key))
        {
            var shuffled = peers.ToArray();
            random.Shuffle(shuffled);
            var missing = shuffled.Sum(members => members.Length) * fraction;
            foreach (var members in shuffled)
            {
                if (members.Length > 2 * missing)
                    continue;
                drawn.AddRange(members);
                missing -= members.Length;
            }
        }
        return [.. drawn.Order()];
    }
}
