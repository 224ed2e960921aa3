using Efface.Data.Files;
using nietras.SeparatedValues;

namespace Efface.Data.Sheets;

/// <summary>How a column of a text table is used.</summary>
internal enum ColumnUse
{
    /// <summary>Nothing.</summary>
    Skip,

    /// <summary>A column of classes, unless it has too many values.</summary>
    Classes,

    /// <summary>Every value is kept, however many.</summary>
    Needed,

    /// <summary>Names of pictures or keys of rows: every value is kept once, in the order of first occurrence.</summary>
    Names,
}

/// <summary>One or more tables (CSV, TSV or similar) with one header: columns, positions of rows, and what is wrong with some.</summary>
/// <param name="Columns">The requested columns.</param>
/// <param name="Places">File and line of each row.</param>
/// <param name="Faults">Rows with a wrong number of fields; they are not in the columns.</param>
internal sealed record TextTable(
    IReadOnlyList<SheetColumn> Columns,
    IReadOnlyList<(string File, int Line)> Places,
    IReadOnlyList<RowFault> Faults
)
{
    /// <summary>The column called <paramref name="name"/>.</summary>
    public SheetColumn this[string name] => Columns.First(column => column.Name == name);

    /// <summary>Where a row is.</summary>
    public (string File, int? Line) Place(int row) => Places[row];
}

/// <summary>
/// Reads tables of text with separators: handles quotes, line breaks within quotes, byte-order marks and every line ending.
/// </summary>
internal static class DelimitedText
{
    /// <summary>Columns with more values than this are not classes.</summary>
    public const int MostClasses = 1_000;

    /// <summary>Reads only the header.</summary>
    /// <exception cref="InvalidInputException">There is none, or it names a column twice.</exception>
    public static string[] Header(string path)
    {
        var (names, hasHeader) = Columns(path);
        return hasHeader
            ? names
            : throw new InvalidInputException(
                $"{path} row 1",
                "holds numbers, and no names of columns",
                "Write a line of column names above it"
            );
    }

    /// <summary>
    /// The names of the columns; if the first line holds numbers, as <c>numpy.savetxt</c> writes it, they are numbered from 0.
    /// </summary>
    /// <exception cref="InvalidInputException">It is empty, or the header names a column twice.</exception>
    public static (string[] Names, bool HasHeader) Columns(string path) => Guard(path, () =>
        {
            using var reader = Open(path);
            var (first, _) = FirstLine(path, reader);
            return LacksHeader(first) ? ([.. first.Select((_, column) => $"{column}")], false) : (Unique(path, first), true);
        });

    /// <summary>Reads files that have one header, one after the other.</summary>
    /// <param name="root">The folder that their names are relative to.</param>
    /// <param name="files">At least one.</param>
    /// <param name="use">What each column is for.</param>
    /// <exception cref="InvalidInputException">A file is not a table, or its header differs from the first.</exception>
    public static TextTable Read(string root, IReadOnlyList<string> files, Func<string, ColumnUse> use)
    {
        var header = Header(Path.Combine(root, files[0]));
        var columns = header
            .Select((name, place) => (name, place, use: name.Length == 0 ? ColumnUse.Skip : use(name)))
            .Where(column => column.use != ColumnUse.Skip)
            .Select(column =>
                (
                    column.place,
                    column.use,
                    builder: new SheetColumnBuilder(column.name, column.use is ColumnUse.Classes ? MostClasses : int.MaxValue)
                )
            )
            .ToArray();
        var (places, faults) = (new List<(string, int)>(), new List<RowFault>());
        foreach (var file in files)
        {
            if (!Header(Path.Combine(root, file)).SequenceEqual(header))
                throw new InvalidInputException(
                    Path.Combine(root, file),
                    $"has another header than {files[0]}",
                    "Give them the same columns in the same order"
                );
            EachRow(root, file, (row, fault) =>
            {
                if (fault is not null)
                {
                    faults.Add(fault);
                    return true;
                }
                places.Add((file, row.LineNumberFrom));
                foreach (var (place, _, builder) in columns)
                    builder.Add(row[place].Span);
                return true;
            });
        }
        return new TextTable(
            [.. columns.Select(column => column.use is ColumnUse.Names ? column.builder.BuildAsRead() : column.builder.Build())],
            places,
            faults
        );
    }

    /// <summary>Visits the rows below the header in turn.</summary>
    /// <param name="root">The folder that the file's name is relative to.</param>
    /// <param name="file">The file.</param>
    /// <param name="visit">Receives each row, and what is wrong with its fields, if anything; false stops.</param>
    /// <param name="mayLackHeader">Whether a first line of numbers is a row.</param>
    /// <param name="begin">Receives the first line as it stands, and the separator, before anything else.</param>
    /// <exception cref="InvalidInputException">It is not a table.</exception>
    public static void EachRow(
        string root,
        string file,
        Func<SepReader.Row, RowFault?, bool> visit,
        bool mayLackHeader = false,
        Action<string, char>? begin = null
    ) => Guard(Path.Combine(root, file), () =>
        {
            using var reader = Open(Path.Combine(root, file));
            var (first, line) = FirstLine(file, reader);
            var fields = first.Length;
            begin?.Invoke(line, reader.Spec.Sep.Separator);
            if (mayLackHeader && LacksHeader(first) && !visit(reader.Current, null))
                return true;
            foreach (var row in reader)
            {
                // Editors leave an empty line at the end, or between rows.
                if (row.ColCount == 1 && row.Span.Trim().IsEmpty)
                    continue;
                if (!visit(row, FaultOf(file, row, fields, reader.Spec.Sep.Separator)))
                    break;
            }
            return true;
        });

    private static RowFault? FaultOf(string file, SepReader.Row row, int fields, char separator) =>
        !IsWellQuoted(row.Span, separator)
            ? new RowFault(
                file,
                row.LineNumberFrom,
                null,
                $"lines {row.LineNumberFrom} to {row.LineNumberToExcl - 1}",
                "has a quote that does not open or close a value",
                "Close it, double it within a quoted value, or take it out"
            )
        // Some programs end each row with a separator.
        : row.ColCount != fields && !(row.ColCount == fields + 1 && row[fields].Span.Trim().IsEmpty)
            ? new RowFault(
                file,
                row.LineNumberFrom,
                null,
                $"{row.ColCount} fields",
                $"has not the {fields} fields of the header",
                "Look for a missing or unquoted separator, or an unclosed quote"
            )
        : null;

    private static SepReader Open(string path)
    {
        if (!File.Exists(path))
            throw new InvalidInputException(path, "no such file", "Check the name");
        return (Path.GetExtension(path).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? new Sep('\t') : (Sep?)null)
            .Reader(options =>
                options with
                {
                    HasHeader = false,
                    Unescape = true,
                    DisableColCountCheck = true,
                    DisableFastFloat = true,
                    Trim = SepTrim.Outer,
                }
            )
            .FromFile(path);
    }

    private static (string[] Cells, string Line) FirstLine(string path, SepReader reader)
    {
        if (!reader.MoveNext())
            throw new InvalidInputException(path, "is empty", "A table begins with a line of column names");
        var row = reader.Current;
        if (!IsWellQuoted(row.Span, reader.Spec.Sep.Separator))
            throw new InvalidInputException(
                $"{path} row 1",
                "has a quote that does not open or close a name",
                "Close it, double it within a quoted name, or take it out"
            );
        // Before cells are read, which takes their quotes out of it.
        var line = row.Span.ToString();
        var cells = new string[row.ColCount];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = row[i].ToString().Trim();
        if (cells.Any(cell => cell.Contains('\0')))
            throw new InvalidInputException($"{path} row 1", "is no UTF-8 text: it looks like UTF-16", "Save the table as UTF-8");
        if (string.Concat(cells).Length == 0 || cells[0].StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
            throw new InvalidInputException(
                $"{path} row 1",
                $"holds no names of columns ('{row.Span.Trim()}')",
                "Take the line out: a table begins with its header"
            );
        // numpy.savetxt writes a header as a comment.
        if (cells[0].StartsWith("# ", StringComparison.Ordinal))
            cells[0] = cells[0][2..].Trim();
        return (cells, line);
    }

    private static string[] Unique(string path, string[] names)
    {
        var twice = names.Where(name => name.Length > 0).GroupBy(name => name).Where(group => group.Count() > 1).ToArray();
        return twice.Length == 0
            ? names
            : throw new InvalidInputException([
                .. twice.Select(group => new Problem(
                    $"{path} column '{group.Key}'",
                    $"stands in the header {group.Count()} times",
                    "Rename all but one"
                )),
            ]);
    }

    // Programs name unnamed columns 0, 1, 2, …
    private static bool LacksHeader(string[] cells)
    {
        var numbers = new List<float>();
        return Array.TrueForAll(cells, cell =>
                Spelling.IsNumber(cell) || NumberCells.IsNone(cell) || NumberCells.TryParseList(cell, numbers)
            ) && !Enumerable.Range(0, 2).Any(first => cells.Select((cell, place) => cell == $"{first + place}").All(isNext => isNext));
    }

    // A stray quote hides separators and line ends up to the next one, and with them whole rows: such a row is refused. Quotes within a
    // value (say "hi") are harmless while they hide neither.
    private static bool IsWellQuoted(ReadOnlySpan<char> row, char separator)
    {
        if (!row.Contains('"'))
            return true;
        var (begins, quoted, within) = (true, false, false);
        foreach (var letter in row)
        {
            if (letter == '"')
                (quoted, within) = (quoted || begins, !within);
            else if (letter == separator && !within)
                (begins, quoted) = (true, false);
            else if (quoted ? !within && letter != ' ' : within && (letter == separator || letter is '\r' or '\n'))
                return false;
            begins &= letter == separator && !within || letter == ' ';
        }
        return !within;
    }

    // What the parser throws at files that are not tables: mostly rows without end.
    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault)
            when (fault
                    is InvalidDataException
                        or ArgumentException
                        or NotSupportedException
                        or IndexOutOfRangeException
                        or OverflowException
            )
        {
            throw new InvalidInputException(
                path,
                $"cannot be read as a table ({fault.Message.Split('\n')[0].Trim().TrimEnd('.')})",
                "Save it as UTF-8 text with one row a line; look for an unclosed quote"
            );
        }
    }
}
