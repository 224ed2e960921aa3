using Efface.Data.Pixels;

namespace Efface.Data.Sheets;

/// <summary>
/// A label sheet under construction: rows are refused one by one, each with its reason, or left out at the user's request, and are dropped
/// at the end.
/// </summary>
/// <param name="count">Rows.</param>
/// <param name="place">The position of a row.</param>
internal sealed class SheetDraft(int count, Func<int, (string File, int? Line)> place)
{
    private readonly bool[] _refused = new bool[count],
        _leftOut = new bool[count];
    private readonly List<RowFault> _faults = [];

    /// <summary>Rows, refused or not.</summary>
    public int Count => count;

    /// <summary>Why rows are refused, in the order found.</summary>
    public IReadOnlyList<RowFault> Faults => _faults;

    /// <summary>Refuses a row. Only its first fault is reported.</summary>
    public void Refuse(int row, string? column, string? value, string fault, string remedy)
    {
        if (_refused[row] || _leftOut[row])
            return;
        _refused[row] = true;
        var (file, line) = place(row);
        _faults.Add(new RowFault(file, line, column, value, fault, remedy));
    }

    /// <summary>Leaves a row out at the user's request: that is no fault.</summary>
    public void LeaveOut(int row) => _leftOut[row] |= !_refused[row];

    /// <summary>How many rows the user's own rules left out.</summary>
    public int LeftOut => _leftOut.Count(isOut => isOut);

    /// <summary>The rows that are neither refused nor left out.</summary>
    public int[] Kept => [.. Enumerable.Range(0, count).Where(row => !_refused[row] && !_leftOut[row])];

    /// <summary>Whether a row is refused.</summary>
    public bool IsRefused(int row) => _refused[row];

    /// <summary>
    /// Maps values to their classes, and refuses rows with other values. Empty cells stay: they matter only if the column is chosen.
    /// </summary>
    /// <param name="column">As read.</param>
    /// <param name="known">The accepted spellings, each with its class; the classes come in this order.</param>
    /// <param name="remedy">What the user can do about other values.</param>
    public SheetColumn Recode(SheetColumn column, IReadOnlyList<(string Written, string Class)> known, string remedy)
    {
        string[] classes = [.. known.Select(pair => pair.Class).Distinct()];
        int[] codes = [.. column.Values.Select(value => Array.IndexOf(classes, known.FirstOrDefault(pair => pair.Written == value).Class))];
        var allowed = string.Join(", ", known.Select(pair => pair.Written).Distinct());
        var recoded = new int[count];
        for (var row = 0; row < count; row++)
        {
            recoded[row] = column.Codes[row] < 0 ? -1 : codes[column.Codes[row]];
            if (column.Codes[row] < 0 || recoded[row] >= 0)
                continue;
            var value = column.Value(row)!;
            if (SpreadsheetDamage.IsDate(value))
                Refuse(
                    row,
                    column.Name,
                    value,
                    "looks like a date, as a spreadsheet makes it of 3-9 and the like",
                    SpreadsheetDamage.Remedy(column.Name, value)
                );
            else
                Refuse(row, column.Name, value, $"has a value that is none of {allowed}", remedy);
        }
        return new SheetColumn(column.Name, classes, recoded) { IsKnown = true };
    }

    /// <summary>The part that each value of a split column stands for; other values refuse their rows.</summary>
    public Part[] Parts(SheetColumn split)
    {
        Part?[] meaning = [.. split.Values.Select(SplitNames.PartOf)];
        var parts = new Part[count];
        for (var row = 0; row < count; row++)
            if (split.Codes[row] >= 0 && meaning[split.Codes[row]] is { } part)
                parts[row] = part;
            else
                Refuse(
                    row,
                    split.Name,
                    split.Value(row) ?? "",
                    "says neither train, validation nor test",
                    "Write train, val or test there (or 0, 1, 2), or leave --split-column out"
                );
        return parts;
    }

    /// <summary>Finds the picture that each row names, and refuses rows whose name is empty or leaves the root.</summary>
    /// <param name="names">The column of names.</param>
    /// <param name="root">The data set's folder.</param>
    /// <param name="folder">The folder that the names are relative to, below the root.</param>
    /// <param name="allowOutside">Whether names may leave the root.</param>
    public (IImages Images, int[] OfRow) Pictures(SheetColumn names, string root, string folder, bool allowOutside)
    {
        string[] paths = [.. names.Values.Select(name => folder.Length == 0 || Path.IsPathRooted(name) ? name : folder + "/" + name)];
        var inside = paths.Select((path, i) => allowOutside || ImagePaths.StaysInside(names.Values[i], folder)).ToArray();
        for (var row = 0; row < count; row++)
            if (names.Codes[row] < 0)
                Refuse(row, names.Name, null, "names no image", "Fill it in, or take the row out");
            else if (!inside[names.Codes[row]])
                Refuse(
                    row,
                    names.Name,
                    names.Value(row),
                    "names an image outside the root",
                    "Move it below --root, or give --allow-outside if you trust the table"
                );
        return (new CachedImages(new FileImages(root, paths), root), names.Codes);
    }

    /// <summary>The sheet without the refused rows.</summary>
    public LabelSheet Finish(LabelSheet whole, IReadOnlyList<RowFault> earlier)
    {
        var kept = Kept;
        IReadOnlyList<RowFault> faults = [.. earlier, .. _faults];
        return (kept.Length == count ? whole : whole.Select(kept)) with { Faults = faults, LeftOut = LeftOut };
    }
}

/// <summary>Names for the parts of a data set.</summary>
internal static class SplitNames
{
    /// <summary>The part for a word or CelebA's number (0, 1, 2); null for others.</summary>
    public static Part? PartOf(string word) =>
        word.ToLowerInvariant() switch
        {
            "train" or "training" or "0" => Part.Train,
            "val" or "valid" or "validation" or "dev" or "1" => Part.Validation,
            "test" or "testing" or "2" => Part.Test,
            _ => null,
        };
}
