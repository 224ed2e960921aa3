using System.Text.Json;
using Efface.Auditing;
using Efface.Data;
using Efface.Data.Files;
using Efface.Data.Pixels;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Baselines;

/// <summary>
/// Images without their key area, kept in the cache folder so that audits and repeated runs need not compute them again: the pixels of all
/// rows in order, and the result. The result is written last, and says what the pixels must be.
/// </summary>
internal sealed class RemovedImages
{
    private const int Schema = 1;

    private readonly ImageTable _original;
    private readonly string _pixels,
        _result;

    /// <summary>The folder for one combination of images, settings and classifiers.</summary>
    public RemovedImages(string cacheRoot, ImageTable original, AttentionRemovalSettings settings, ClassifierOptions options)
    {
        var folder = CacheFolder.Derived(
            cacheRoot,
            CacheFolder.Removed,
            new
            {
                Schema,
                Fingerprint = original.Fingerprint,
                Settings = settings,
                Options = options,
            }
        );
        (_original, _pixels, _result) = (original, Path.Combine(folder, "pixels.u8"), Path.Combine(folder, "removal.json"));
    }

    /// <summary>The size of all pixels.</summary>
    public long Bytes => _original.Shape.Aggregate((long)_original.Count, (product, size) => product * size);

    /// <summary>The kept images and result; null if there are none, or they are damaged.</summary>
    public (ImageTable Table, AttentionRemovalResult Result)? Find()
    {
        if (Told() is not { } result || !File.Exists(_pixels) || new FileInfo(_pixels).Length != Bytes)
            return null;
        var table = Map();
        if (table.Fingerprint == result.Fingerprint)
            return (table, result);
        table.Dispose();
        return null;
    }

    /// <summary>Writes the images of all rows, batch by batch.</summary>
    /// <param name="batches">u8 [B, C, H, W] each; disposed.</param>
    public ImageTable Write(IEnumerable<Tensor> batches)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_pixels)!);
        var partial = $"{_pixels}.{Environment.ProcessId}.partial";
        try
        {
            using (var file = File.Create(partial))
                foreach (var batch in batches)
                    using (batch)
                        file.Write(batch.bytes);
            File.Move(partial, _pixels, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
        return Map();
    }

    /// <summary>Writes the result: from now on the images can be found.</summary>
    public void Keep(AttentionRemovalResult result)
    {
        WholeFile.Write(_result, partial => File.WriteAllText(partial, JsonSerializer.Serialize(result, WholeFile.Json)));
    }

    private AttentionRemovalResult? Told()
    {
        try
        {
            return File.Exists(_result)
                ? JsonSerializer.Deserialize<AttentionRemovalResult>(File.ReadAllText(_result), WholeFile.Json)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ImageTable Map()
    {
        using var bytes = torch.from_file(_pixels, shared: false, size: Bytes, dtype: ScalarType.Byte);
        return new ImageTable(
            _original.Name,
            bytes.view([_original.Count, .. _original.Shape]),
            _original.Columns,
            _original.Parts,
            _original.Flips
        );
    }
}
