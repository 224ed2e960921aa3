using System.Text.Json;
using Efface.Data.Sheets;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>What is wanted of a file of vectors.</summary>
/// <param name="Path">The file.</param>
/// <param name="Property">The property that names it, as messages have it.</param>
/// <param name="Key">The column or array of keys; null when rows are joined by position.</param>
/// <param name="Array">The wanted array, column or beginning of columns' names.</param>
/// <param name="Taken">Columns of tables that are labels, whatever they hold, and never part of a vector.</param>
internal sealed record VectorRequest(string Path, string Property, string? Key, string? Array, IReadOnlySet<string> Taken)
{
    /// <summary>Columns that the labels have too, in a file of their own: where rows are joined by position, they must agree.</summary>
    public IReadOnlySet<string> Shared { get; init; } = new HashSet<string>();

    /// <summary>What rows are told by.</summary>
    public string File => System.IO.Path.GetFileName(Path);
}

/// <summary>A file of vectors as it is, row by row.</summary>
/// <param name="Values">f32 or i64, a row of the file each: refused ones too, whatever stands in them.</param>
/// <param name="Keys">A key for each row; null where a row has none. Null when rows are joined by position.</param>
/// <param name="Rows">Where rows stand, and which are refused.</param>
/// <param name="Compared">The cells of the columns that were asked for, row by row.</param>
internal sealed record RawVectors(Tensor Values, string?[]? Keys, SheetDraft Rows, IReadOnlyList<string?[]> Compared);

/// <summary>A file of vectors whose header was read and found whole; nothing of what it holds is in memory.</summary>
/// <param name="origin">What of it are the vectors.</param>
/// <param name="columns">The columns of a table that make up the vector.</param>
/// <param name="notes">What a user should know about what is read.</param>
/// <param name="shared">Columns and arrays that the labels have too.</param>
/// <param name="names">Other columns and arrays of text, which may name the rows.</param>
/// <param name="read">Reads it, and the columns that are named.</param>
internal sealed class VectorFile(
    VectorOrigin origin,
    IReadOnlyList<string> columns,
    IReadOnlyList<string> notes,
    IReadOnlyList<string> shared,
    IReadOnlyList<string> names,
    Func<IReadOnlyList<string>, ReadingWatch, RawVectors> read
)
{
    private const string Formats = ".npy, .npz, .safetensors, .parquet, .csv and .tsv";

    private string _path = "";

    /// <summary>What of it are the vectors.</summary>
    public VectorOrigin Origin => origin;

    /// <summary>Columns and arrays that the labels have too.</summary>
    public IReadOnlyList<string> Shared => shared;

    /// <summary>Other columns and arrays of text, which may name the rows.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The columns of a table that make up the vector; none where the vector is an array or a list.</summary>
    public IReadOnlyList<string> Columns => columns;

    /// <summary>What a user should know about what is read.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>Opens a file of any format.</summary>
    /// <exception cref="InvalidInputException">It is missing, damaged or of another format, or holds not what is wanted.</exception>
    public static VectorFile Open(VectorRequest request)
    {
        RequireFile(request.Path);
        var file = Guard(request.Path, () => System.IO.Path.GetExtension(request.Path).ToLowerInvariant() switch
            {
                ".npy" => ArrayVectors.Open(request, [NumpyFormat.OpenArray(request.Path)]),
                ".npz" => ArrayVectors.Open(request, NumpyFormat.OpenArchive(request.Path)),
                ".safetensors" => ArrayVectors.Open(request, SafetensorsFormat.Open(request.Path)),
                ".parquet" => ParquetVectors.Open(request),
                ".csv" or ".tsv" => TextVectors.Open(request),
                ".pt" or ".pth" or ".pkl" or ".pickle" or ".joblib" => throw new InvalidInputException(
                    $"{request.Property} {request.Path}",
                    "is a pickle, which can run code when it is read",
                    $"Save the vectors as one of {Formats}"
                ),
                var other => throw new InvalidInputException(
                    $"{request.Property} {request.Path}",
                    $"is of a format that cannot be read ({other})",
                    $"Save the vectors as one of {Formats}"
                ),
            });
        file._path = request.Path;
        return file;
    }

    /// <summary>Reads all of it.</summary>
    /// <param name="compared">Columns and arrays of <see cref="Shared"/> and <see cref="Names"/> whose cells are wanted.</param>
    /// <param name="watch">Receives the progress.</param>
    /// <exception cref="InvalidInputException">It is damaged further on, or larger than the memory.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public RawVectors Read(IReadOnlyList<string> compared, ReadingWatch watch) => Guard(_path, () => read(compared, watch));

    /// <summary>Refuses a path at which there is no file.</summary>
    public static void RequireFile(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidInputException(path, "is a folder", "Name the file in it");
        if (!File.Exists(path))
            throw new InvalidInputException(path, "no such file", "Check the name");
    }

    /// <summary>Whatever a damaged file makes the readers throw, the user is told which file it was.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault)
            when (fault
                    is IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or FormatException
                        or NotSupportedException
                        or ArgumentException
                        or OverflowException
            )
        {
            throw new InvalidInputException(
                path,
                $"cannot be read ({fault.Message.Split('\n')[0].Trim().TrimEnd('.')})",
                "Check that it may be read and was written to its end, or write it again"
            );
        }
    }
}
