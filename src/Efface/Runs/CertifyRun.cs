using Efface.Auditing;
using Efface.Data;
using Efface.Data.Rewriting;
using Efface.Data.Vectors;
using Efface.Erasing;
using Efface.Records;
using Efface.Unlearning;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>Certificates alone: of a run's code, or of the representations of any other program.</summary>
public static class CertifyRun
{
    /// <summary>The name of the codes' file, before its ending.</summary>
    public const string Codes = "codes";

    /// <summary>Certifies what a run releases; writes certificate.json into its folder.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="attributes">Columns to look for; empty takes those of the run.</param>
    /// <param name="settings">Tolerance and confidence.</param>
    /// <param name="bits">Bits of the codebook, if vectors are released; else null.</param>
    /// <param name="reading">Receives the progress of reading images.</param>
    /// <param name="cancel">Checked while reading.</param>
    /// <exception cref="InvalidInputException">A folder, its model, its data, a column or the number of bits is wrong.</exception>
    public static CertificationRecord OfRun(
        string path,
        IReadOnlyList<string> attributes,
        AuditSettings settings,
        int? bits,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        using var opened = LoadedRun.Open(path, attributes, settings, reading, cancel);
        reading?.OnNote("computing representations");
        using var subject = AuditSubject.Of(opened.Model, opened.Table, reading: reading, cancel: cancel);
        var certified = Certifier.Certify(subject, opened.Attributes, settings, bits) with
        {
            Fingerprint = opened.Folder.Run.Data.Fingerprint,
        };
        return opened.Folder.Certification = Divergence.Told(opened.Folder.Run, certified);
    }

    /// <summary>
    /// Certifies vectors or codes of another program; writes certificate.json into a new folder and, of vectors, the codes in the format
    /// that the vectors came in. Of a supervised codebook it writes the eraser that encodes new vectors, too.
    /// </summary>
    /// <param name="options">The files, and what their columns mean.</param>
    /// <param name="path">The new folder.</param>
    /// <param name="settings">Tolerance and confidence.</param>
    /// <param name="bits">Bits of the codebook, if they are vectors; else null.</param>
    /// <param name="isSupervised">Whether the codebook is learnt so that it hides the attributes and tells the task, as in recipe strict;
    /// else it is that of k-means.</param>
    /// <param name="reading">Receives the progress.</param>
    /// <param name="cancel">Checked while reading.</param>
    /// <exception cref="InvalidInputException">Every problem found; nothing was written.</exception>
    public static CertificationRecord OfVectors(
        VectorOptions options,
        string path,
        AuditSettings settings,
        int? bits,
        bool isSupervised = false,
        IErasingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        using var table = CheckedVectors.Read(options, settings, reading, cancel);
        using var eraser = isSupervised ? Learnt(table, options, bits, reading, cancel) : null;
        var folder = RunFolder.Create(path);
        try
        {
            using var codes = eraser is null ? null : Encoded(table, eraser);
            using var subject = AuditSubject.Of(codes ?? table, options.Task);
            var record = Certifier.Certify(subject, options.Attributes, settings, isSupervised ? null : bits) with
            {
                Fingerprint = table.Fingerprint,
            };
            folder.WriteSkipped(table.Skipped);
            eraser?.Save(path);
            if (eraser is not null)
                WriteCodes(options, path, eraser.Apply, eraser.FarOut, reading, cancel);
            else if (record.Codebook is { } codebook)
                WriteCodes(options, path, codebook.Encode, codebook.FarOut, reading, cancel);
            return folder.Certification = record;
        }
        catch
        {
            folder.Discard();
            throw;
        }
    }

    private static Eraser Learnt(VectorTable table, VectorOptions options, int? bits, IErasingObserver? observer, CancellationToken cancel)
    {
        if (table.Values.dtype == ScalarType.Int64)
            throw new InvalidInputException("`codebook` supervised", "what is released is a code already", "Leave it out");
        var task = options.Task is { } name ? table[name] : null;
        Column[] attributes = [.. options.Attributes.Select(attribute => table[attribute])];
        if (ErasingChecks.OfRows(table, task, attributes, new EraserOptions()).ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        var work = new ErasingWork(table, task, attributes, new EraserOptions { Seed = options.Seed })
        {
            Progress = progress => observer?.OnErasing(progress),
            Cancel = cancel,
        };
        return new Strict().With(new RecipeSettings { Bits = bits }).Erase(work);
    }

    private static VectorTable Encoded(VectorTable table, Eraser eraser) =>
        new(table.Name, eraser.Apply(table.Values), table.Columns, table.Parts) { Groups = table.Groups, Identity = table.Identity };

    private static void WriteCodes(
        VectorOptions options,
        string path,
        Func<Tensor, Tensor> encode,
        Func<Tensor, int[]> farOut,
        IReadingObserver? reading,
        CancellationToken cancel
    )
    {
        var output = Path.Combine(path, Codes + Path.GetExtension(options.Representations).ToLowerInvariant());
        VectorRewriter.Rewrite(RewriteRequest.Of(options, output) with { GivesCodes = true, FarOut = farOut }, encode, reading, cancel);
    }

    /// <summary>Whether symbols of new images are distributed as in a certified sample.</summary>
    /// <param name="options">Representations of new images; every part of them counts.</param>
    /// <param name="path">The folder with the certificate.</param>
    /// <param name="reading">Receives the progress of reading.</param>
    /// <param name="cancel">Checked while reading.</param>
    /// <exception cref="InvalidInputException">There is no certificate, or the vectors are not of its kind.</exception>
    public static Drift Drift(VectorOptions options, string path, IReadingObserver? reading = null, CancellationToken cancel = default)
    {
        var certified = RunFolder.ReadCertification(path);
        using var table = VectorReader.Read(options, reading, cancel);
        var isCode = table.Values.dtype == ScalarType.Int64;
        using var eraser = !isCode && Eraser.IsIn(path) ? Eraser.Load(path) : null;
        if (isCode != (certified.Codebook is null && eraser is null))
            throw new InvalidInputException(
                options.Representations,
                isCode ? "holds codes, and vectors were certified" : "holds vectors, and codes were certified",
                "Give the same kind of file as was certified"
            );
        if (
            certified.Codebook is { } codebook
            && table.Values.shape[1..].Aggregate(1L, (product, size) => product * size) is var size
            && size != codebook.Mean.Length
        )
            throw new InvalidInputException(
                options.Representations,
                $"holds vectors of {size} numbers, and ones of {codebook.Mean.Length} were certified",
                "Give vectors of the certified model"
            );
        using var encoded = certified.Codebook?.Encode(table.Values) ?? eraser?.Apply(table.Values);
        var symbols = encoded ?? table.Values;
        return Auditing.Drift.Between(
            certified.Counts,
            Certifier.Count(symbols, Math.Max(certified.Symbols, (int)symbols.max().item<long>() + 1)),
            certified.Confidence
        );
    }
}
