namespace Efface.Data;

/// <summary>Seeded, stratified draws: which images train, validate and test.</summary>
public static class Splits
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
        foreach (var i in Enumerable.Range(0, strata.Length).OrderByDescending(i => shares[i] - taken[i]).Take(missing)) taken[i]++;

        var drawn = new List<int>();
        for (var i = 0; i < strata.Length; i++)
        {
            random.Shuffle(strata[i]);
            drawn.AddRange(strata[i].AsSpan(0, taken[i]));
        }
        return [.. drawn.Order()];
    }

    /// <summary>One number for each combination of the classes of <paramref name="columns"/>.</summary>
    public static Func<int, int> By(IReadOnlyList<Column> columns)
        => row => columns.Aggregate(0, (stratum, column) => stratum * column.Classes.Count + column.Labels[row]);

    /// <summary>
    /// Prepares a table for a run: holds out a stratified tenth of train where there is no validation part, then keeps at most
    /// <paramref name="limit"/> images of each part.
    /// </summary>
    /// <param name="table">The whole data set; disposed when it had to be cut.</param>
    /// <param name="columns">The columns whose joint distribution every part keeps.</param>
    /// <param name="limit">Images of each part, or null for all.</param>
    /// <param name="seed">Any number.</param>
    public static ImageTable Prepare(ImageTable table, IReadOnlyList<Column> columns, int? limit, int seed)
    {
        var stratum = By(columns);
        if (!table.Parts.Contains(Part.Validation))
            foreach (var row in Draw(table.Rows(Part.Train), stratum, 0.1, seed)) table.Parts[row] = Part.Validation;
        if (limit is null) return table;

        var kept = new List<int>();
        foreach (var part in Enum.GetValues<Part>())
        {
            var rows = table.Rows(part);
            kept.AddRange(rows.Length <= limit ? rows : Draw(rows, stratum, (double)limit / rows.Length, seed + 1));
        }
        if (kept.Count == table.Count) return table;
        using (table) return table.Select([.. kept.Order()]);
    }
}
