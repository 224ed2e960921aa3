using Efface.Data.Pixels;

namespace Efface.Data.Sheets;

/// <summary>What a source knows before any picture is opened: rows that name pictures, and their labels as written.</summary>
public sealed record LabelSheet
{
    /// <summary>The source's name, as in <c>--data</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Label columns of <see cref="Count"/> rows each.</summary>
    public required IReadOnlyList<SheetColumn> Columns { get; init; }

    /// <summary>The pictures.</summary>
    public required IImages Images { get; init; }

    /// <summary>The picture of each row.</summary>
    public required int[] ImageOfRow { get; init; }

    /// <summary>The part of each row, as the data set has it; null if it has none and parts are drawn.</summary>
    public Part[]? Parts { get; init; }

    /// <summary>The file of a row, and its line or record; null if the row is the file's name.</summary>
    public required Func<int, (string File, int? Line)> Place { get; init; }

    /// <summary>Rows that could not be read; they are not among <see cref="Count"/>.</summary>
    public IReadOnlyList<RowFault> Faults { get; init; } = [];

    /// <summary>How many rows the user's own rules left out; they are not among <see cref="Count"/> either.</summary>
    public int LeftOut { get; init; }

    /// <summary>Other things that the user should know.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>The default binning of numeric columns, as in <c>--bin</c>.</summary>
    public IReadOnlyList<string> Bins { get; init; } = [];

    /// <summary>The default side of images.</summary>
    public int Side { get; init; } = 64;

    /// <summary>Whether a mirrored image is as good as the original.</summary>
    public bool Flips { get; init; } = true;

    /// <summary>Rows that could be read.</summary>
    public int Count => ImageOfRow.Length;

    /// <summary>Images that are already in memory, with their labels; ownership of the pixels passes to it.</summary>
    public static LabelSheet Of(ImageTable table) =>
        new()
        {
            Name = table.Name,
            Columns = [.. table.Columns.Select(column => new SheetColumn(column.Name, column.Classes, column.Labels) { IsKnown = true })],
            Images = new ImagesInMemory(table.Pixels, image => $"{table.Name} {image}"),
            ImageOfRow = [.. Enumerable.Range(0, table.Count)],
            Parts = table.Parts,
            Place = row => (table.Name, row),
            Side = (int)table.Shape[1],
            Flips = table.Flips,
        };

    /// <summary>The rows given, in that order.</summary>
    public LabelSheet Select(int[] rows) =>
        this with
        {
            Columns =
            [
                .. Columns.Select(column => column.IsOpen ? column : column with { Codes = [.. rows.Select(row => column.Codes[row])] }),
            ],
            ImageOfRow = [.. rows.Select(row => ImageOfRow[row])],
            Parts = Parts is null ? null : [.. rows.Select(row => Parts[row])],
            Place = row => Place(rows[row]),
        };
}

/// <summary>A row that cannot be used.</summary>
/// <param name="File">The row's file.</param>
/// <param name="Line">From 1 in a text file, including the header; from 0 in parquet and CIFAR-10's records; null if the row is the file's
/// name.</param>
/// <param name="Column">The column in question, or null.</param>
/// <param name="Value">The value found there, or null.</param>
/// <param name="Fault">The same words for the same kind of fault.</param>
/// <param name="Remedy">What the user can do about it.</param>
public sealed record RowFault(string File, int? Line, string? Column, string? Value, string Fault, string Remedy)
{
    /// <summary>File, row, column and value in one line.</summary>
    public string Where =>
        string.Concat(
            File,
            Line is null ? "" : $" row {Line}",
            Column is null ? "" : $" column {Column}",
            Value is null ? "" : $" '{(Value.Length <= 60 ? Value : Value[..57] + "...")}'"
        );
}

/// <summary>Something about the data that a user should know, but that does not stop the run.</summary>
/// <param name="What">In words.</param>
/// <param name="Count">The number of cases.</param>
/// <param name="Examples">The first few.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record Finding(string What, int Count, IReadOnlyList<string> Examples, string Advice)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{What}{(Count == 1 ? "" : $": {Count:N0}")}{(Examples.Count == 0 ? "" : $" ({Shown})")}. {Advice}.";

    private string Shown => string.Join("; ", Examples.Count < Count ? Examples.Append("…") : Examples);
}
