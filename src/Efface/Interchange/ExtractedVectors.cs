using System.Diagnostics;
using Efface.Data;
using Efface.Data.Pixels;
using Efface.Data.Vectors;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>The vectors that a model makes of images: those computed earlier come from the cache.</summary>
internal static class ExtractedVectors
{
    private const int AtOnce = 64;

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
        var values = empty([images.Count, .. extractor.Shape]);
        try
        {
            Fill(values, images, extractor, cacheRoot, observer, cancel);
            if (RowTensor.CountNotFinite(values).Index().FirstOrDefault(row => row.Item > 0) is { Item: > 0 } row)
                throw new InvalidInputException(
                    $"`ExtractorOptions.Extractor` {extractor.File.Path}",
                    $"gives numbers that are not finite for image {row.Index}",
                    "Check `ExtractorOptions.Preprocess`: the model may take other numbers"
                );
            return new VectorTable(images.Name, values, images.Columns, images.Parts)
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
    }

    private static void Fill(
        Tensor values,
        ImageTable images,
        OnnxExtractor extractor,
        string cacheRoot,
        IReadingObserver? observer,
        CancellationToken cancel
    )
    {
        var rowsOf = Enumerable.Range(0, images.Count).ToLookup(row => images.Hashes[row]);
        var missing = rowsOf.Select(group => group.Key).ToHashSet();
        using var cache = new VectorCache(Folder(extractor, cacheRoot), (int)Layout.Size(extractor.Shape), Keep);
        var clock = Stopwatch.StartNew();
        var (known, done) = (rowsOf.Count - missing.Count, 0);
        foreach (var some in missing.OrderBy(image => rowsOf[image].First()).Chunk(AtOnce))
        {
            using var scope = NewDisposeScope();
            var vectors = extractor.Run(images.Gather([.. some.Select(image => rowsOf[image].First())]), cancel).contiguous();
            foreach (var (row, image) in some.Index())
            {
                var vector = RowTensor.Rows<float>(vectors, row);
                Keep(image, vector);
                cache.Add(image, vector);
            }
            cache.Flush();
            done += some.Length;
            observer?.OnReading(
                new ReadingProgress($"computing vectors ({known:N0} known)", done, rowsOf.Count - known, clock.Elapsed.TotalSeconds)
            );
        }

        void Keep(UInt128 image, ReadOnlySpan<float> vector)
        {
            missing.Remove(image);
            foreach (var row in rowsOf[image])
                vector.CopyTo(RowTensor.Rows<float>(values, row));
        }
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
