namespace Efface.Data.Vectors;

/// <summary>
/// Chooses the columns of a table that make up its vectors. It does not guess: an ambiguous table is refused, with what to type.
/// </summary>
/// <param name="Names">In the table's order.</param>
/// <param name="AreLists">Whether it is one column of lists.</param>
/// <param name="What">A description of them.</param>
/// <param name="How">How they were found.</param>
/// <param name="Left">The columns that are not part of the vectors.</param>
internal sealed record VectorColumns(IReadOnlyList<string> Names, bool AreLists, string What, string How, IReadOnlyList<string> Left)
{
    private const int Shown = 10,
        Choices = 4;

    /// <summary>A sentence about the columns left over, if any.</summary>
    /// <param name="file">The file's name for the user.</param>
    public IEnumerable<string> Notes(string file) =>
        Left.Count == 0
            ? []
            :
            [
                $"{file}: columns that are no part of the vectors are "
                    + $"{string.Join(", ", Left.Take(Shown))}{(Left.Count > Shown ? $" and {Left.Count - Shown:N0} more" : "")}",
            ];

    /// <summary>Chooses.</summary>
    /// <param name="request">The request.</param>
    /// <param name="columns">The table's, in its order.</param>
    /// <exception cref="InvalidInputException">It is unclear what the vectors are, some of their columns hold other things, or there is no
    /// column of keys.</exception>
    public static VectorColumns Choose(VectorRequest request, IReadOnlyList<TableColumn> columns)
    {
        var problems = new List<Problem>();
        if (request.Key is { } key && columns.All(column => column.Name != key))
            problems.Add(
                new Problem($"`VectorOptions.Key` {key}", $"no such column in {request.Path}", $"Its columns are {Some(columns)}")
            );
        TableColumn[] free =
        [
            .. columns.Where(column =>
                column.Name != request.Key && !request.Taken.Contains(column.Name) && column.Content != ColumnContent.Empty
            ),
        ];
        var (chosen, how) = request.Array is { } asked
            ? (Named(request, asked, free, problems), $"--array {asked}")
            : Found(request, free, problems);
        problems.AddRange(Unlike(request, chosen, columns));
        problems.AddRange(
            chosen.Where(column => column.Odd is not null || column.Content is ColumnContent.Words).Select(column => Odd(request, column))
        );
        if (chosen.Count > 1 && chosen.FirstOrDefault(column => column.Content is ColumnContent.Lists) is { } list)
            problems.Add(
                new Problem(
                    $"{request.Property} {request.Path}",
                    $"has several columns for the vectors, with lists among them: {Some(chosen)}",
                    $"Choose one, as `VectorOptions.Array` {list.Name}"
                )
            );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
        if (chosen.Count == 0)
            throw new InvalidInputException(
                $"`VectorOptions.Array` {request.Array}",
                "names no column",
                $"Its columns of numbers are {Some(free)}"
            );
        var names = chosen.Select(column => column.Name).ToHashSet();
        return new VectorColumns(
            [.. names],
            chosen[0].Content is ColumnContent.Lists,
            Words(chosen),
            how,
            [.. columns.Select(column => column.Name).Where(name => name != request.Key && !names.Contains(name))]
        );
    }

    // Members of a series chosen by its word that were not taken with it: they look empty, or are named as labels.
    private static IEnumerable<Problem> Unlike(VectorRequest request, IReadOnlyList<TableColumn> chosen, IReadOnlyList<TableColumn> columns)
    {
        if (request.Array is { } asked && (asked.Contains("..", StringComparison.Ordinal) || asked.Contains(',')))
            yield break;
        foreach (var series in ColumnSeries.Of(chosen).Series)
        foreach (
            var column in columns.Where(column =>
                ColumnSeries.Split(column.Name)?.Stem == series.Stem && !chosen.Contains(column) && column.Name != request.Key
            )
        )
            yield return new Problem(
                $"{request.Path} column {column.Name}",
                (column.Content is ColumnContent.Empty ? "is empty as far as was looked" : "is called as a column of the labels is")
                    + $", beside {series.Words}",
                $"Write the vectors again, or say that the others are all with `VectorOptions.Array` {series}"
            );
    }

    private static Problem Odd(VectorRequest request, TableColumn column) =>
        new(
            $"{request.Path} column {column.Name}",
            column.Odd is not { } cell ? "holds words"
                : column.Content is ColumnContent.Lists ? $"holds what is no whole list: {cell}"
                : $"holds what is no number: {cell}",
            "Mend it (empty cells and NaN are skipped row by row), or choose other columns with `VectorOptions.Array`"
        );

    private static (IReadOnlyList<TableColumn> Chosen, string How) Found(VectorRequest request, TableColumn[] free, List<Problem> problems)
    {
        TableColumn[] lists = [.. free.Where(column => column.Content is ColumnContent.Lists)];
        var (series, others) = ColumnSeries.Of([.. free.Where(column => column.Content is ColumnContent.Numbers)]);
        if (lists.Length == 1 && series.Count == 0)
            return (lists, "the one column of lists of numbers");
        var words = ColumnSeries.Of(free).Series.Where(all => series.Any(one => one.Stem == all.Stem)).ToArray();
        if (lists.Length == 0 && others.Count == 0 && words is [var only])
        {
            if (only.Gaps() is [_, ..] gaps)
                problems.Add(Gap(request, only, gaps));
            return ([.. only.Members.Select(member => member.Column)], "the one series of numbered columns");
        }
        string[] choices =
        [
            .. series.Select(one => one.Gaps().Count > 0 || one.Stem.Length == 0 ? one.ToString() : one.Stem),
            .. lists.Concat(others).Select(column => column.Name),
        ];
        var all = Some([.. series.SelectMany(one => one.Members).Select(member => member.Column), .. lists, .. others]);
        problems.Add(
            choices.Length == 0
                ? new Problem(
                    $"{request.Property} {request.Path}",
                    "has no column of numbers that is no label",
                    $"Write the vectors as numbered columns of numbers, or as one list of numbers a row; its columns are {Some(free)}. "
                        + "What the labels have too is a label: where both are one table, give its path to both flags"
                )
                : new Problem(
                    $"{request.Property} {request.Path}",
                    $"does not say which columns are the vectors: {all}",
                    $"Type {string.Join(" or ", choices.Take(Choices).Select(choice => $"`VectorOptions.Array` {choice}"))} "
                        + "(or several with commas, or ranges as h0..h9)"
                )
        );
        return ([], "");
    }

    private static Problem Gap(VectorRequest request, ColumnSeries series, IReadOnlyList<string> gaps)
    {
        var missing = string.Join(", ", gaps.Take(Shown)) + (gaps.Count > Shown ? $" and {gaps.Count - Shown:N0} more" : "");
        return new Problem(
            $"{request.Property} {request.Path}",
            $"has the columns {series.Words} and not {missing} (or they are labels)",
            $"Write the vectors again with all columns, or say that these are all with `VectorOptions.Array` {series}"
        );
    }

    // Names, series by their word, and ranges, with commas.
    private static IReadOnlyList<TableColumn> Named(VectorRequest request, string asked, TableColumn[] free, List<Problem> problems)
    {
        var chosen = new List<TableColumn>();
        const StringSplitOptions Bare = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var part in free.Any(column => column.Name == asked) ? [asked] : asked.Split(',', Bare))
        {
            TableColumn[] found = [.. free.Where(column => column.Name == part)];
            if (found.Length == 0 && ColumnSeries.Range(free, part) is { } range)
            {
                found = [.. range.Members.Select(member => member.Column)];
                if (range.Missing(part) is [_, ..] missing)
                    problems.Add(Gap(request, range, missing));
            }
            if (found.Length == 0 && ColumnSeries.Called(free, part) is { } series)
            {
                found = [.. series.Members.Select(member => member.Column)];
                if (series.Gaps() is [_, ..] gaps)
                    problems.Add(Gap(request, series, gaps));
            }
            if (found.Length == 0)
                problems.Add(
                    new Problem(
                        $"`VectorOptions.Array` {part}",
                        $"no column of numbers in {request.Path} is called so, or so and a number",
                        $"Its columns of numbers are {Some([.. free.Where(column => column.Content is not ColumnContent.Words)])}"
                    )
                );
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
