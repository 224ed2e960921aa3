using Efface.Data.Sheets;

namespace Efface.Data.Reading;

/// <summary>
/// Finds rows with the same pixels. If their labels differ, none is used, since the right one is unknown. Across parts, a test image has
/// been seen in training: it stays only in test (or validation). Within a part and with the same labels, it is only reported: repeating
/// rows is a common way to weight them.
/// </summary>
internal static class SamePixels
{
    private const int Shown = 5;

    public static void Look(RowSelection selection)
    {
        var faults = new Dictionary<int, (string?, string?, string, string)>();
        var repeated = new List<int>();
        foreach (var group in Repeated(selection.Rows, selection.Hashes))
        {
            var contradiction = selection.Chosen.FirstOrDefault(column => group.Any(row => column.Codes[row] != column.Codes[group[0]]));
            var last = group.Max(selection.PartOf);
            foreach (var row in group)
                if (contradiction is not null)
                    faults[row] = (
                        contradiction.Name,
                        contradiction.Value(row),
                        "contradicts another row with the same pixels",
                        "Find out which label is right, and take the others out"
                    );
                else if (selection.PartOf(row) != last)
                    faults[row] = (
                        null,
                        $"{selection.NameOf(row)} in {selection.PartOf(row).Word()}, "
                            + $"{selection.NameOf(group.First(other => selection.PartOf(other) == last))} in {last.Word()}",
                        "has the same pixels as a row of a part that is to test it",
                        "Keep each picture in one part"
                    );
            if (contradiction is null && group.Count(row => selection.PartOf(row) == last) > 1)
                repeated.AddRange(group.Where(row => selection.PartOf(row) == last).Skip(1));
        }
        selection.Remove(faults);
        if (repeated.Count > 0)
            selection.Note(
                new Finding(
                    "rows repeat another one of their part (same pixels, same labels) and are kept",
                    repeated.Count,
                    [.. repeated.Take(Shown).Select(selection.NameOf)],
                    "Take them out, unless they are there to weigh more"
                )
            );
    }

    // Sorting finds equal hashes without a group object for each of a million rows.
    private static IEnumerable<List<int>> Repeated(IReadOnlyList<int> rows, UInt128[] hashes)
    {
        var keys = (UInt128[])hashes.Clone();
        int[] order = [.. rows];
        Array.Sort(keys, order);
        for (int from = 0, to; from < keys.Length; from = to)
        {
            for (to = from + 1; to < keys.Length && keys[to] == keys[from]; to++) { }
            if (to - from > 1)
                yield return [.. order[from..to].Order()];
        }
    }
}
