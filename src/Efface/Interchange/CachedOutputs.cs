using System.Diagnostics;
using Efface.Data;
using Efface.Data.Vectors;
using static TorchSharp.torch;

namespace Efface.Interchange;

/// <summary>What a model says of images, a row of numbers each: rows computed earlier come from the cache.</summary>
/// <param name="hashes">128 bits of each image's pixels, [N]; images without pixels are not among them.</param>
/// <param name="gather">The pixels of some images, u8 [B, 3, S, S].</param>
/// <param name="run">The rows f32 [B, W] of pixels.</param>
internal sealed class CachedOutputs(IReadOnlyList<UInt128> hashes, Func<int[], Tensor> gather, Func<Tensor, CancellationToken, Tensor> run)
{
    private const int AtOnce = 64;

    /// <summary>Fills in the rows.</summary>
    /// <param name="rows">f32 [N, W], contiguous.</param>
    /// <param name="folder">The model's cache.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Checked before each batch; what was computed is kept.</param>
    public void Fill(Tensor rows, string folder, IReadingObserver? observer, CancellationToken cancel)
    {
        var placesOf = Enumerable.Range(0, hashes.Count).ToLookup(image => hashes[image]);
        var missing = placesOf.Select(group => group.Key).ToHashSet();
        using var cache = new VectorCache(folder, (int)rows.shape[1], Keep);
        var clock = Stopwatch.StartNew();
        var (known, done, total) = (placesOf.Count - missing.Count, 0, missing.Count);
        foreach (var some in missing.OrderBy(image => placesOf[image].First()).Chunk(AtOnce))
        {
            using var scope = NewDisposeScope();
            var computed = run(gather([.. some.Select(image => placesOf[image].First())]), cancel).contiguous();
            foreach (var (place, image) in some.Index())
            {
                var numbers = RowTensor.Rows<float>(computed, place);
                Keep(image, numbers);
                cache.Add(image, numbers);
            }
            cache.Flush();
            done += some.Length;
            observer?.OnReading(new ReadingProgress($"running the model ({known:N0} known)", done, total, clock.Elapsed.TotalSeconds));
        }

        void Keep(UInt128 image, ReadOnlySpan<float> numbers)
        {
            missing.Remove(image);
            foreach (var place in placesOf[image])
                numbers.CopyTo(RowTensor.Rows<float>(rows, place));
        }
    }
}
