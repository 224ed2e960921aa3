namespace Efface.Data;

/// <summary>Chooses the columns of a table that make up its vectors. It guesses nothing: what could be meant in two ways is refused, with what to type.</summary>
/// <param name="Names">In the table's order.</param>
/// <param name="AreLists">Whether it is one column of lists.</param>
/// <param name="What">Them in words.</param>
/// <param name="How">How they were found.</param>
/// <param name="Left">The columns that are no part of the vectors.</param>
internal sealed record VectorColumns(IReadOnlyList<string> Names, bool AreLists, string What, string How, IReadOnlyList<string> Left)
{
    private const int Shown = 10;

    /// <summary>Chooses.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="columns">The table's, in its order.</param>
    /// <exception cref="InvalidInputException">Nothing says what the vectors are, some of their columns hold other things, or there is no column of keys.</exception>
    public static VectorColumns Choose(VectorRequest request, IReadOnlyList<TableColumn> columns)
    {
        var problems = new List<Problem>();
        if (request.Key is { } key && columns.All(column => column.Name != key))
            problems.Add(new Problem($"--key {key}", $"no such column in {request.Path}", $"Its columns are {Some(columns)}"));
        TableColumn[] free = [.. columns.Where(column => column.Name != request.Key && !request.Taken.Contains(column.Name) && column.Content != ColumnContent.Empty)];
        var (chosen, how) = request.Array is { } asked ? (Named(request, asked, free, problems), $"--array {asked}") : Found(request, free, problems);
        foreach (var odd in chosen.Where(column => column.Odd is not null || column.Content is ColumnContent.Words))
            problems.Add(new Problem($"{request.Path} column {odd.Name}", odd.Odd is { } cell ? $"holds {(odd.Content is ColumnContent.Lists ? "what is no whole list" : "what is no number")}: {cell}" : "holds words", "Mend it (empty cells and NaN are skipped row by row), or choose other columns with --array"));
        if (chosen.Count > 1 && chosen.Any(column => column.Content is ColumnContent.Lists))
            problems.Add(new Problem($"{request.Flag} {request.Path}", $"has several columns for the vectors, with lists among them: {Some(chosen)}", $"Choose one, as --array {chosen.First(column => column.Content is ColumnContent.Lists).Name}"));
        if (problems.Count > 0) throw new InvalidInputException(problems);
        var names = chosen.Select(column => column.Name).ToHashSet();
        return new VectorColumns([.. names], chosen[0].Content is ColumnContent.Lists, Words(chosen), how, [.. columns.Select(column => column.Name).Where(name => name != request.Key && !names.Contains(name))]);
    }

    private static (IReadOnlyList<TableColumn> Chosen, string How) Found(VectorRequest request, TableColumn[] free, List<Problem> problems)
    {
        TableColumn[] lists = [.. free.Where(column => column.Content is ColumnContent.Lists)];
        if (lists.Length == 1) return (lists, "the one column of lists of numbers");
        var (series, others) = ColumnSeries.Of([.. free.Where(column => column.Content is not ColumnContent.Words)]);
        var words = ColumnSeries.Of(free).Series.Where(all => series.Any(one => one.Stem == all.Stem)).ToArray();
        if (lists.Length == 0 && others.Count == 0 && words is [var only])
        {
            if (only.Gaps() is [_, ..] gaps) problems.Add(Gap(request, only, gaps));
            return ([.. only.Members.Select(member => member.Column)], "the one series of numbered columns");
        }
        string[] choices = [.. series.Select(one => $"--array {(one.Gaps().Count > 0 || one.Stem.Length == 0 ? one.ToString() : one.Stem)}"), .. lists.Concat(others).Select(column => $"--array {column.Name}")];
        problems.Add(choices.Length == 0
            ? new Problem($"{request.Flag} {request.Path}", "has no column of numbers that is no label", $"Write the vectors as numbered columns of numbers, or as one list of numbers a row; its columns are {Some(free)}")
            : new Problem($"{request.Flag} {request.Path}", $"does not say which columns are the vectors: {Some([.. series.SelectMany(one => one.Members).Select(member => member.Column), .. lists, .. others])}",
                $"Type {string.Join(" or ", choices.Take(4))} (or several with commas, or ranges as h0..h9)"));
        return ([], "");
    }

    private static Problem Gap(VectorRequest request, ColumnSeries series, IReadOnlyList<string> gaps) => new(
        $"{request.Flag} {request.Path}", $"has the columns {series.Words} and not {string.Join(", ", gaps.Take(Shown))}{(gaps.Count > Shown ? $" and {gaps.Count - Shown:N0} more" : "")} (or they are labels)",
        $"Write the vectors again with all columns, or say that these are all with --array {series}");

    // Names, series by their word, and ranges, with commas.
    private static IReadOnlyList<TableColumn> Named(VectorRequest request, string asked, TableColumn[] free, List<Problem> problems)
    {
        var chosen = new List<TableColumn>();
        foreach (var part in free.Any(column => column.Name == asked) ? [asked] : asked.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var found = free.Where(column => column.Name == part).ToList();
            if (part.Split("..") is [var first, var last] && ColumnSeries.Split(first) is { } from && ColumnSeries.Split(last) is { } to && from.Stem == to.Stem)
                found = [.. free.Where(column => ColumnSeries.Split(column.Name) is { } one && one.Stem == from.Stem && one.Number >= from.Number && one.Number <= to.Number)];
            else if (found.Count == 0 && ColumnSeries.Of(free).Series.FirstOrDefault(series => series.Stem.TrimEnd([.. "_.- ["]) == part.TrimEnd([.. "_.- ["])) is { } series)
            {
                found = [.. series.Members.Select(member => member.Column)];
                if (series.Gaps() is [_, ..] gaps) problems.Add(Gap(request, series, gaps));
            }
            if (found.Count == 0)
                problems.Add(new Problem($"--array {part}", $"no column of numbers in {request.Path} is called so, or so and a number", $"Its columns of numbers are {Some([.. free.Where(column => column.Content is not ColumnContent.Words)])}"));
            chosen.AddRange(found);
        }
        return [.. free.Where(chosen.Contains)];
    }

    private static string Words(IReadOnlyList<TableColumn> columns)
    {
        var (series, others) = ColumnSeries.Of(columns);
        string[] parts = [.. series.Select(one => one.Words), .. others.Select(column => column.Name)];
        return string.Join(", ", parts.Take(Shown)) + (parts.Length > Shown ? $" and {parts.Length - Shown:N0} more" : "");
    }

    private static string Some(IReadOnlyList<TableColumn> columns) => columns.Count == 0 ? "none" : Words(columns);
}
