using Efface.Data.Files;
using Efface.Data.Sheets;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>A request to a file of vectors.</summary>
/// <param name="Path">The file.</param>
/// <param name="Property">The property that names it, for messages.</param>
/// <param name="Key">The column or array of keys; null if rows are joined by position.</param>
/// <param name="Array">The requested array, column or prefix of columns' names.</param>
/// <param name="Taken">Columns of tables that are labels, whatever they hold, and never part of a vector.</param>
internal sealed record VectorRequest(string Path, string Property, string? Key, string? Array, IReadOnlySet<string> Taken)
{
    /// <summary>Columns that the labels also have, in their own file: if rows are joined by position, they must agree.</summary>
    public IReadOnlySet<string> Shared { get; init; } = new HashSet<string>();

    /// <summary>The file's name in messages about rows.</summary>
    public string File => System.IO.Path.GetFileName(Path);
}

/// <summary>How the vectors lie in a file.</summary>
internal abstract record VectorLayout;

/// <summary>Vectors that are one array.</summary>
internal sealed record ArrayLayout(StoredArray Vectors) : VectorLayout;

/// <summary>A file of vectors as it is, row by row.</summary>
/// <param name="Values">f32 or i64, one entry per row of the file, refused ones included, whatever they hold.</param>
/// <param name="Keys">A key for each row; null if a row has none. Null if rows are joined by position.</param>
/// <param name="Rows">The positions of rows, and which are refused.</param>
/// <param name="Compared">The cells of the requested columns, row by row.</param>
internal sealed record RawVectors(Tensor Values, string?[]? Keys, SheetDraft Rows, IReadOnlyList<string?[]> Compared);

/// <summary>A file of vectors whose header was read and found intact; its contents are not in memory.</summary>
/// <param name="origin">Which part of it the vectors are.</param>
/// <param name="layout">How they lie in it.</param>
/// <param name="columns">The columns of a table that make up the vector.</param>
/// <param name="notes">What a user should know about the contents.</param>
/// <param name="shared">Columns and arrays that the labels also have.</param>
/// <param name="names">Other columns and arrays of text, which may name the rows.</param>
/// <param name="read">Reads it, and the named columns.</param>
internal sealed class VectorFile(
    VectorOrigin origin,
    VectorLayout layout,
    IReadOnlyList<string> columns,
    IReadOnlyList<string> notes,
    IReadOnlyList<string> shared,
    IReadOnlyList<string> names,
    Func<IReadOnlyList<string>, ReadingWatch, RawVectors> read
)
{
    private const string Formats = ".npy, .npz, .safetensors, .parquet, .csv and .tsv";

    private string _path = "";

    /// <summary>Which part of it the vectors are.</summary>
    public VectorOrigin Origin => origin;

    /// <summary>How they lie in it.</summary>
    public VectorLayout Layout => layout;

    /// <summary>Columns and arrays that the labels also have.</summary>
    public IReadOnlyList<string> Shared => shared;

    /// <summary>Other columns and arrays of text, which may name the rows.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The columns of a table that make up the vector; empty if the vector is an array or a list.</summary>
    public IReadOnlyList<string> Columns => columns;

    /// <summary>What a user should know about the contents.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>Opens a file of any format.</summary>
    /// <exception cref="InvalidInputException">It is missing, damaged or of another format, or lacks the requested contents.</exception>
    public static VectorFile Open(VectorRequest request)
    {
        UserFile.Require(request.Path);
        var file = UserFile.Guard(request.Path, () => System.IO.Path.GetExtension(request.Path).ToLowerInvariant() switch
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
    /// <param name="compared">Columns and arrays of <see cref="Shared"/> and <see cref="Names"/> whose cells are requested.</param>
    /// <param name="watch">Receives the progress.</param>
    /// <exception cref="InvalidInputException">It is damaged further on, or larger than the memory.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public RawVectors Read(IReadOnlyList<string> compared, ReadingWatch watch) => UserFile.Guard(_path, () => read(compared, watch));
}
