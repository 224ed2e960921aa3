using System.Globalization;
using Efface.Data.Files;
using Efface.Data.Sheets;

namespace Efface.Data.Vectors;

/// <summary>Which row of the labels each row of a file of vectors belongs to.</summary>
internal static class VectorJoin
{
    private const int Shown = 3;

    /// <summary>The fault of a row whose key is in one file only: a file may well have more images than another.</summary>
    public const string OnlyHere = "has a key that is not in";

    /// <summary>
    /// For each row of <paramref name="vectors"/> its row of <paramref name="labels"/>, or -1. Refuses rows without a counterpart, on both
    /// sides.
    /// </summary>
    /// <param name="labels">The labels.</param>
    /// <param name="key">Their column of keys; null joins by position.</param>
    /// <param name="labelsFile">The name of their file for the user.</param>
    /// <param name="vectors">The vectors.</param>
    /// <param name="file">The name of their file for the user.</param>
    /// <exception cref="InvalidInputException">The numbers of rows differ, a key is in the labels twice, or no key is in both.</exception>
    public static int[] LabelRows(VectorLabels labels, SheetColumn? key, string labelsFile, RawVectors vectors, string file)
    {
        if (key is not null)
            return ByKey(labels, key, labelsFile, vectors, file);
        if (labels.Rows.Count != vectors.Rows.Count)
            throw new InvalidInputException(
                file,
                $"has {vectors.Rows.Count:N0} rows, and {labelsFile} has {labels.Rows.Count:N0}",
                "Give both the same images in the same order, or name the column of keys that is in both with `VectorOptions.Key`"
            );
        return [.. Enumerable.Range(0, vectors.Rows.Count)];
    }

    private static int[] ByKey(VectorLabels labels, SheetColumn key, string labelsFile, RawVectors vectors, string file)
    {
        var rowOf = Index(labels, key, labelsFile);
        var (joined, found) = (new int[vectors.Rows.Count], new bool[labels.Rows.Count]);
        for (var row = 0; row < joined.Length; row++)
        {
            joined[row] = vectors.Keys![row] is { } name && rowOf.TryGetValue(name, out var label) ? label : -1;
            if (joined[row] >= 0)
                found[joined[row]] = true;
            else
                vectors.Rows.Refuse(
                    row,
                    key.Name,
                    vectors.Keys[row],
                    $"{OnlyHere} {labelsFile}",
                    "Nothing to do, unless its labels should be there"
                );
        }
        if (!found.Contains(true))
            throw new InvalidInputException(
                $"`VectorOptions.Key` {key.Name}",
                $"no key of {file} ({Some(vectors.Keys!.OfType<string>())}) is in {labelsFile} ({Some(key.Values)})",
                "Write the same names in both"
            );
        for (var row = 0; row < found.Length; row++)
            if (!found[row])
                labels.Rows.Refuse(
                    row,
                    key.Name,
                    key.Value(row),
                    $"{OnlyHere} {file}",
                    "Nothing to do, unless its representation should be there"
                );
        return joined;
    }

    /// <summary>Refuses files whose rows are joined by position although a column of both shows that their images differ.</summary>
    /// <param name="labels">As read.</param>
    /// <param name="labelsFile">The name of their file for the user.</param>
    /// <param name="vectors">With the cells of <paramref name="compared"/>.</param>
    /// <param name="file">The name of their file for the user.</param>
    /// <param name="compared">Columns of the vectors' file; those that the labels also have must agree row by row, others if most of their
    /// values occur in a column of the labels.</param>
    public static void RefuseOtherOrder(
        VectorLabels labels,
        string labelsFile,
        RawVectors vectors,
        string file,
        IReadOnlyList<string> compared
    )
    {
        var problems = new List<Problem>();
        foreach (var (name, cells) in compared.Zip(vectors.Compared))
        {
            var known = cells.OfType<string>().Select(Name).ToHashSet();
            var column = labels.Columns.FirstOrDefault(column => column.Name == name)
                ?? labels.Columns.FirstOrDefault(column => NamesTheSame(column, known));
            if (column is null || column.IsOpen)
                continue;
            int[] other =
            [
                .. Enumerable
                    .Range(0, cells.Length)
                    .Where(row => cells[row] is { Length: > 0 } cell && column.Value(row) is { } label && !IsSame(cell, label)),
            ];
            if (other.Length == 0)
                continue;
            var key =
                column.Name == name ? $"give `VectorOptions.Key` {name}" : $"give both columns one name and that as `VectorOptions.Key`";
            problems.Add(
                new Problem(
                    $"{file} column {name}{(column.Name == name ? "" : $" and {labelsFile} column {column.Name}")}",
                    $"disagree in {other.Length:N0} of {cells.Length:N0} rows, first in row {other[0] + 1} below the header: "
                        + $"'{cells[other[0]]}' and '{column.Value(other[0])}'",
                    known.Count > cells.Length / 2
                        ? $"Where they name the images, {key}; else bring the rows into one order"
                        : "Bring the rows into one order, or join them by a column of keys with `VectorOptions.Key`"
                )
            );
        }
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }

    private static bool IsSame(string one, string other) => Name(one).Equals(Name(other), StringComparison.OrdinalIgnoreCase);

    // Without folders, and numbers in one notation: data/img_1.jpg is img_1.jpg, and 7.0 is 7.
    private static string Name(string cell) =>
        Spelling.IsNumber(cell, out var number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : cell[(cell.LastIndexOfAny(['/', '\\']) + 1)..];

    // Both name the rows, and mostly with the same names.
    private static bool NamesTheSame(SheetColumn column, HashSet<string> known) =>
        known.Count > column.Codes.Length / 2
        && column.Values.Count > column.Codes.Length / 2
        && column.Values.Count(value => known.Contains(Name(value))) > 0.9 * known.Count;

    private static Dictionary<string, int> Index(VectorLabels labels, SheetColumn key, string labelsFile)
    {
        var (rowOf, twice) = (new Dictionary<string, int>(labels.Rows.Count), new HashSet<string>());
        for (var row = 0; row < labels.Rows.Count; row++)
            if (key.Value(row) is not { } name)
                labels.Rows.Refuse(row, key.Name, null, "has no key", "Fill it in, or take the row out");
            else if (!rowOf.TryAdd(name, row))
                twice.Add(name);
        return twice.Count == 0
            ? rowOf
            : throw new InvalidInputException(
                $"{labelsFile} column {key.Name}",
                $"{(twice.Count == 1 ? "a key stands" : $"{twice.Count:N0} keys stand")} there more than once ({Some(twice)})",
                "Give each image one row of labels"
            );
    }

    private static string Some(IEnumerable<string> names)
    {
        string[] first = [.. names.Distinct().Take(Shown + 1)];
        return string.Join(", ", first.Take(Shown).Select(name => $"'{name}'")) + (first.Length > Shown ? ", …" : "");
    }
}
