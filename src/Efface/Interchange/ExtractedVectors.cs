using Efface.Data;
using Efface.Data.Pixels;
using Efface.Data.Vectors;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>The vectors that a model makes of images: those computed earlier come from the cache.</summary>
internal static class ExtractedVectors
{
    /// <summary>A table with the same labels, parts and groups, and vectors f32 [N, ...].</summary>
    /// <param name="images">Of the side that the extractor takes.</param>
    /// <param name="extractor">The model.</param>
    /// <param name="cacheRoot">The folder of all caches.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Checked before each batch; what was computed is kept.</param>
    /// <exception cref="InvalidInputException">An image's vector is not finite.</exception>
    public static VectorTable Of(
        ImageTable images,
        OnnxExtractor extractor,
        string cacheRoot,
        IReadingObserver? observer,
        CancellationToken cancel
    )
    {
        var values = empty([images.Count, .. extractor.IsCode ? [1L] : extractor.Shape]);
        try
        {
            new CachedOutputs(images.Hashes, rows => images.Gather(rows), Run).Fill(
                values.view(images.Count, -1),
                Folder(extractor, cacheRoot),
                observer,
                cancel
            );
            if (RowTensor.CountNotFinite(values).Index().FirstOrDefault(row => row.Item > 0) is { Item: > 0 } row)
                throw new InvalidInputException(
                    $"`ExtractorOptions.Extractor` {extractor.File.Path}",
                    $"gives numbers that are not finite for image {row.Index}",
                    "Check `ExtractorOptions.Preprocess`: the model may take other numbers"
                );
            return new VectorTable(images.Name, extractor.IsCode ? Codes(values) : values, images.Columns, images.Parts)
            {
                Groups = images.Groups,
                Origins =
                [
                    new VectorOrigin(
                        Path.GetFileName(extractor.File.Path),
                        $"{extractor.Output} of images {extractor.Preprocess}",
                        Layout.Size(extractor.Shape),
                        $"SHA-256 {extractor.File.Hash[..16]}"
                    ),
                ],
            };
        }
        catch
        {
            values.Dispose();
            throw;
        }

        Tensor Run(Tensor pixels, CancellationToken stop)
        {
            using var scope = NewDisposeScope();
            return extractor.Run(pixels, stop).to_type(ScalarType.Float32).view(pixels.shape[0], -1).MoveToOuterDisposeScope();
        }
    }

    // Whole numbers up to 2^24 are exact in f32.
    private static Tensor Codes(Tensor values)
    {
        using (values)
        using (var codes = values.squeeze(1))
            return codes.to_type(ScalarType.Int64);
    }

    private static string Folder(OnnxExtractor extractor, string cacheRoot) =>
        CacheFolder.Derived(
            cacheRoot,
            CacheFolder.Vectors,
            new
            {
                extractor.File.Hash,
                extractor.Output,
                extractor.Preprocess,
                extractor.Side,
            }
        );
}
