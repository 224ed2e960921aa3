using Efface.Auditing;
using Efface.Data;
using Efface.Data.Vectors;
using Efface.Records;

namespace Efface.Runs;

/// <summary>Certificates alone: of a run's code, or of the representations of any other program.</summary>
public static class CertifyRun
{
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

    /// <summary>Certifies vectors or codes of another program; writes certificate.json into a new folder.</summary>
    /// <param name="options">The files, and what their columns mean.</param>
    /// <param name="path">The new folder.</param>
    /// <param name="settings">Tolerance and confidence.</param>
    /// <param name="bits">Bits of the codebook, if they are vectors; else null.</param>
    /// <param name="reading">Receives the progress of reading.</param>
    /// <param name="cancel">Checked while reading.</param>
    /// <exception cref="InvalidInputException">Every problem found; nothing was written.</exception>
    public static CertificationRecord OfVectors(
        VectorOptions options,
        string path,
        AuditSettings settings,
        int? bits,
        IReadingObserver? reading = null,
        CancellationToken cancel = default
    )
    {
        using var table = CheckedVectors.Read(options, settings, reading, cancel);
        var folder = RunFolder.Create(path);
        try
        {
            using var subject = AuditSubject.Of(table, options.Task);
            folder.WriteSkipped(table.Skipped);
            return folder.Certification = Certifier.Certify(subject, options.Attributes, settings, bits) with
            {
                Fingerprint = table.Fingerprint,
            };
        }
        catch
        {
            folder.Discard();
            throw;
        }
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
        var isCode = table.Values.dtype == TorchSharp.torch.ScalarType.Int64;
        if (isCode != certified.Codebook is null)
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
        using var encoded = certified.Codebook?.Encode(table.Values);
        var symbols = encoded ?? table.Values;
        return Auditing.Drift.Between(
            certified.Counts,
            Certifier.Count(symbols, Math.Max(certified.Symbols, (int)symbols.max().item<long>() + 1)),
            certified.Confidence
        );
    }
}
