using System.Globalization;
using Efface.Data.Sheets;

namespace Efface.Data.Vectors;

/// <summary>
/// Whether there is a vector at all may reveal a class: a model finds fewer faces of some people than of others, and no attacker that reads
/// vectors can see that.
/// </summary>
internal static class VectorGaps
{
    // Smaller differences of shares do not matter, and with fewer standard errors may be chance.
    private const double Tolerable = 0.02,
        StandardErrors = 4;

    /// <summary>A sentence if rows of one class significantly lack their vector more often than those of another; else null.</summary>
    /// <param name="column">Task or attribute.</param>
    /// <param name="rows">The labels' rows.</param>
    /// <param name="joined">The vectors.</param>
    public static string? Of(SheetColumn column, SheetDraft rows, JoinedVectors joined)
    {
        var (all, without) = (new int[column.Values.Count], new int[column.Values.Count]);
        for (var row = 0; row < rows.Count; row++)
            if (column.Codes[row] is var z && z >= 0 && (joined.Has(row) ? !rows.IsRefused(row) : joined.Lacks(row)))
                (all[z], without[z]) = (all[z] + 1, without[z] + (joined.Has(row) ? 0 : 1));
        var classes = Enumerable
            .Range(0, all.Length)
            .Where(z => all[z] > 0)
            .Select(z => (Class: column.Values[z], Share: (double)without[z] / all[z], Count: all[z]))
            .ToArray();
        if (classes.Length < 2)
            return null;
        var (most, least) = (classes.MaxBy(one => one.Share), classes.MinBy(one => one.Share));
        var pooled = (double)without.Sum() / all.Sum();
        var error = Math.Sqrt(pooled * (1 - pooled) * (1.0 / most.Count + 1.0 / least.Count));
        return most.Share - least.Share <= Math.Max(Tolerable, StandardErrors * error)
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"whether there is a vector tells {column.Name}: {most.Share:P1} of {most.Class} have none that can be used, and "
                    + $"{least.Share:P1} of {least.Class}; what follows is of the others"
            );
    }
}
