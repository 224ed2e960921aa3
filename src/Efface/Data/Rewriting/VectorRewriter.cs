using Efface.Data.Files;
using Efface.Data.Vectors;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>
/// Applies a function to the vectors of a file, some megabytes at a time, and writes a file of the same format; everything else in it is
/// carried along.
/// </summary>
internal sealed class VectorRewriter
{
    /// <summary>The word for codes in tables.</summary>
    public const string Code = "code";

    private readonly RewriteRequest _request;
    private readonly VectorFile _file;

    private VectorRewriter(RewriteRequest request, VectorFile file)
    {
        (_request, _file) = (request, file);
        Notes = [.. file.Notes, .. file.Layout is ParquetLayout layout ? ParquetRewriter.Notes(request, layout) : []];
    }

    /// <summary>What the vectors are, and how they were found.</summary>
    public VectorOrigin Origin => _file.Origin;

    /// <summary>Numbers per vector.</summary>
    public long Width => _file.Origin.Numbers;

    /// <summary>What a user should know about the contents.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Examines the file's header, and whether the new file can be written.</summary>
    /// <exception cref="InvalidInputException">Every problem found; nothing is written.</exception>
    public static VectorRewriter Open(RewriteRequest request)
    {
        VectorFile? file = null;
        var problems = new List<Problem>();
        try
        {
            file = VectorFile.Open(request.Reading);
            problems.AddRange(Unfit(request, file));
        }
        catch (InvalidInputException fault)
        {
            problems.AddRange(fault.Problems);
        }
        problems.AddRange(Occupied(request));
        return problems.Count == 0 ? new VectorRewriter(request, file!) : throw new InvalidInputException(problems);
    }

    /// <summary>Opens and rewrites a file.</summary>
    /// <param name="request">The request.</param>
    /// <param name="map">Gets f32 [B, D] on the CPU, rows of finite numbers, of some megabytes at most unless one row is larger; returns
    /// f32 [B, D], or i64 [B] where the request is for codes. An exception of it ends the rewriting, and comes out as it is.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="InvalidInputException">The file cannot be read, or the new one cannot be written; there is no new file
    /// then.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static RewrittenVectors Rewrite(
        RewriteRequest request,
        Func<Tensor, Tensor> map,
        IReadingObserver? observer,
        CancellationToken cancel
    ) => Open(request).Rewrite(map, observer, cancel);

    /// <inheritdoc cref="Rewrite(RewriteRequest, Func{Tensor, Tensor}, IReadingObserver?, CancellationToken)"/>
    public RewrittenVectors Rewrite(Func<Tensor, Tensor> map, IReadingObserver? observer, CancellationToken cancel)
    {
        var own = new OwnFaults();
        var rows = new RowMap(map, _request, own);
        var watch = new ReadingWatch("rewriting vectors", observer, cancel) { Unit = "rows" };
        WholeFile.Write(_request.Output, partial =>
        {
            using var file = File.Create(partial);
            using var output = new RewriteOutput(file, own);
            own.Separate(() => UserFile.Guard(_request.Path, () => Write(output, rows, watch, own)));
            if (2 * rows.Faults.Count > rows.Count)
                throw new InvalidInputException(
                    _request.Path,
                    $"has no usable vector in {rows.Faults.Count:N0} of {rows.Count:N0} rows; one {rows.Faults[0].Fault}",
                    "Compute the vectors again"
                );
        });
        return new RewrittenVectors(rows.Count, rows.Faults);
    }

    private bool Write(RewriteOutput output, RowMap rows, ReadingWatch watch, OwnFaults own)
    {
        switch (_file.Layout)
        {
            case ArrayLayout { Vectors: var vectors }:
                var array = new ArrayRewriter(_request, vectors, rows, watch, own);
                Action<Stream> write = Extension(_request.Path) switch
                {
                    ".npy" => array.WriteArray,
                    ".npz" => array.WriteArchive,
                    _ => array.WriteSafetensors,
                };
                write(output);
                break;
            case TextLayout layout:
                new TextRewriter(_request, layout, rows, watch).Write(output);
                break;
            case ParquetLayout layout:
                new ParquetRewriter(_request, layout, rows, watch).Write(output);
                break;
        }
        return true;
    }

    private static string Extension(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant();

    private static IEnumerable<Problem> Unfit(RewriteRequest request, VectorFile file)
    {
        if (file.Layout is ArrayLayout { Vectors.HasCodes: true } or TextLayout { IsCode: true } or ParquetLayout { IsCode: true })
            yield return new Problem(
                $"{request.Property} {request.Path}",
                $"holds codes, and no vectors ({file.Origin.What})",
                "Give the vectors, or choose them with `VectorOptions.Array`"
            );
        string[] names = file.Layout switch
        {
            TextLayout { HasHeader: true } layout => [.. layout.Header.Except(layout.Chosen.Names)],
            ParquetLayout layout => [.. layout.Chosen.Left, .. new[] { request.Key }.OfType<string>()],
            _ => [],
        };
        if (request.GivesCodes && names.Contains(Code))
            yield return new Problem(
                $"{request.Path} column {Code}",
                "is there already, and the codes would be called so",
                "Give the column another name"
            );
        if (file.Layout is ParquetLayout parquet)
            foreach (var problem in ParquetRewriter.Unfit(request, parquet))
                yield return problem;
    }

    private static IEnumerable<Problem> Occupied(RewriteRequest request)
    {
        var (subject, full) = ($"`path` {request.Output}", System.IO.Path.GetFullPath(request.Output));
        if (full == System.IO.Path.GetFullPath(request.Path))
            yield return new Problem(subject, "is the file that is read", "Name a new file");
        else if (Directory.Exists(full))
            yield return new Problem(subject, "is a folder", "Name a new file in it");
        else if (File.Exists(full))
            yield return new Problem(subject, "already in use", "Name a new file, or remove this one");
        else if (!Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            yield return new Problem(subject, "lies in a folder that does not exist", "Make the folder, or name another");
        if (Extension(request.Output) != Extension(request.Path))
            yield return new Problem(
                subject,
                $"is of another format than {System.IO.Path.GetFileName(request.Path)}",
                $"Let its name end in {Extension(request.Path)}: the format stays the same"
            );
    }
}
