namespace Efface.Data;

/// <summary>Which row of the labels each row of a file of vectors belongs to.</summary>
internal static class VectorJoin
{
    private const int Shown = 3;

    /// <summary>For each row of <paramref name="vectors"/> its row of <paramref name="labels"/>, or -1. Refuses, on both sides, rows that nothing on the other belongs to.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="key">Their column of keys; null joins by position.</param>
    /// <param name="labelsFile">What users call their file.</param>
    /// <param name="vectors">The vectors.</param>
    /// <param name="file">What users call their file.</param>
    /// <exception cref="InvalidInputException">The numbers of rows differ, a key is in the labels twice, or no key is in both.</exception>
    public static int[] LabelRows(VectorLabels labels, SheetColumn? key, string labelsFile, RawVectors vectors, string file)
    {
        if (key is not null) return ByKey(labels, key, labelsFile, vectors, file);
        if (labels.Rows.Count != vectors.Rows.Count)
            throw new InvalidInputException(file, $"has {vectors.Rows.Count:N0} rows, and {labelsFile} has {labels.Rows.Count:N0}", "Give both the same images in the same order, or name the column of keys that is in both with --key");
        return [.. Enumerable.Range(0, vectors.Rows.Count)];
    }

    private static int[] ByKey(VectorLabels labels, SheetColumn key, string labelsFile, RawVectors vectors, string file)
    {
        var rowOf = Index(labels, key, labelsFile);
        var (joined, found) = (new int[vectors.Rows.Count], new bool[labels.Rows.Count]);
        for (var row = 0; row < joined.Length; row++)
        {
            joined[row] = vectors.Keys![row] is { } name && rowOf.TryGetValue(name, out var label) ? label : -1;
            if (joined[row] >= 0) found[joined[row]] = true;
            else vectors.Rows.Refuse(row, key.Name, vectors.Keys[row], $"has a key that is not in {labelsFile}", "Nothing to do, unless its labels should be there");
        }
        if (!found.Contains(true))
            throw new InvalidInputException($"--key {key.Name}", $"no key of {file} ({Some(vectors.Keys!.OfType<string>())}) is in {labelsFile} ({Some(key.Values)})", "Write the same names in both");
        for (var row = 0; row < found.Length; row++)
            if (!found[row]) labels.Rows.Refuse(row, key.Name, key.Value(row), $"has a key that is not in {file}", "Nothing to do, unless its representation should be there");
        return joined;
    }

    private static Dictionary<string, int> Index(VectorLabels labels, SheetColumn key, string labelsFile)
    {
        var (rowOf, twice) = (new Dictionary<string, int>(labels.Rows.Count), new HashSet<string>());
        for (var row = 0; row < labels.Rows.Count; row++)
            if (key.Value(row) is not { } name) labels.Rows.Refuse(row, key.Name, null, "has no key", "Fill it in, or take the row out");
            else if (!rowOf.TryAdd(name, row)) twice.Add(name);
        return twice.Count == 0 ? rowOf : throw new InvalidInputException($"{labelsFile} column {key.Name}", $"{(twice.Count == 1 ? "a key stands" : $"{twice.Count:N0} keys stand")} there more than once ({Some(twice)})", "Give each image one row of labels");
    }

    private static string Some(IEnumerable<string> names)
    {
        string[] first = [.. names.Distinct().Take(Shown + 1)];
        return string.Join(", ", first.Take(Shown).Select(name => $"'{name}'")) + (first.Length > Shown ? ", …" : "");
    }
}
