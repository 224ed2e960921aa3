namespace Efface.Data.Sheets;

/// <summary>
/// CelebA's own text files: fields between any number of spaces, a line with the number of rows, and a header that does not name the
/// images.
/// </summary>
internal static class SpacedText
{
    /// <summary>Reads a file.</summary>
    /// <param name="root">The folder that its name is relative to.</param>
    /// <param name="file">The file.</param>
    /// <param name="counted">Whether it begins with a count and a header; else it has two columns without names.</param>
    /// <exception cref="InvalidInputException">It is not such a file, or the number of rows differs from its count.</exception>
    public static TextTable Read(string root, string file, bool counted)
    {
        var path = Path.Combine(root, file);
        using var lines = File.ReadLines(path).GetEnumerator();
        var line = 0;
        string? Next() => lines.MoveNext() ? (line++, lines.Current).Current : null;

        var count = (int?)null;
        string[] header = ["image", "value"];
        if (counted)
        {
            count = int.TryParse(Next(), out var rows)
                ? rows
                : throw new InvalidInputException($"{path} row 1", "is not the number of rows", "Take the publishers' file");
            header = ["image", .. Next()?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? []];
            var twice = header.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key).ToArray();
            if (header.Length < 2 || twice.Length > 0)
                throw new InvalidInputException(
                    $"{path} row 2",
                    twice.Length > 0 ? $"names {string.Join(", ", twice)} twice" : "is no header",
                    "Take the publishers' file"
                );
        }

        SheetColumnBuilder[] columns = [.. header.Select(name => new SheetColumnBuilder(name, int.MaxValue))];
        var (places, faults) = (new List<(string, int)>(), new List<RowFault>());
        var fields = new Range[header.Length + 1];
        while (Next() is { } text)
        {
            if (string.IsNullOrWhiteSpace(text))
                continue;
            var found = text.AsSpan().SplitAny(fields, " \t", StringSplitOptions.RemoveEmptyEntries);
            if (found != header.Length)
            {
                faults.Add(
                    new RowFault(
                        file,
                        line,
                        null,
                        $"{(found > header.Length ? "more" : found)} fields",
                        $"has not the {header.Length} fields of its file",
                        "Take the publishers' line"
                    )
                );
                continue;
            }
            places.Add((file, line));
            for (var i = 0; i < columns.Length; i++)
                columns[i].Add(text.AsSpan(fields[i]));
        }
        if (count is { } wanted && wanted != places.Count + faults.Count)
            throw new InvalidInputException(path, $"says {wanted:N0} rows and holds {places.Count + faults.Count:N0}", "Copy it again");
        return new TextTable([.. columns.Select(column => column.BuildAsRead())], places, faults);
    }
}
