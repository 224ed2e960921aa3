using System.Collections.Concurrent;
using System.Diagnostics;

namespace Efface.Data.Pixels;

/// <summary>Encoded pictures, decoded once for all runs into a <see cref="PixelCache"/>.</summary>
/// <param name="source">The pictures.</param>
/// <param name="root">The data set's folder: each folder has its own cache.</param>
internal sealed class CachedImages(IEncodedImages source, string root) : IImages
{
    private const int ReportEvery = 64,
        Sampled = 32;

    public int Count => source.Count;

    public string Name(int image) => source.Name(image);

    public DecodedImages Decode(int[] wanted, DecodingOptions options)
    {
        try
        {
            using var cache = Open(options);
            return new Filling(source, cache, wanted, options).Run();
        }
        catch (AggregateException faults) when (faults.InnerException is InvalidInputException fault)
        {
            throw new InvalidInputException(fault.Problems); // A damaged file of many pictures, found on another thread.
        }
        catch (Exception fault)
            when ((fault as AggregateException)?.InnerException is IOException or UnauthorizedAccessException
                || fault is IOException or UnauthorizedAccessException
            )
        {
            fault = fault.InnerException ?? fault;
            throw new InvalidInputException(
                $"cache {options.CacheRoot}",
                $"cannot be written ({fault.Message.TrimEnd('.')})",
                $"{wanted.Length:N0} images need {(double)wanted.Length * options.Geometry.Bytes / 1e9:F2} GB there; free space, or "
                    + "name another place with `ReadingOptions.Cache`"
            );
        }
    }

    private PixelCache Open(DecodingOptions options)
    {
        var cache = PixelCache.Open(
            options.CacheRoot,
            root,
            options.Geometry,
            () => options.Observer?.OnNote("waiting for another run that decodes the same images"),
            options.Cancel
        );
        if (cache.WasDamaged)
            options.Observer?.OnNote("the cache of decoded pixels was damaged; the images are decoded again");
        return cache;
    }

    /// <summary>One pass over the wanted pictures.</summary>
    private sealed class Filling(IEncodedImages source, PixelCache cache, int[] wanted, DecodingOptions options)
    {
        private readonly PixelRecord[] _records = new PixelRecord[wanted.Length];
        private readonly ConcurrentDictionary<int, ImageFault> _faults = [];

        public DecodedImages Run()
        {
            var isKnown = LookUp();
            if (!LooksUnchanged(isKnown))
            {
                options.Observer?.OnNote(
                    "files have other contents than when they were decoded, though length and time are the same; all are decoded again"
                );
                Array.Clear(isKnown);
            }
            int[] missing = [.. Enumerable.Range(0, wanted.Length).Where(i => !isKnown[i] && !_faults.ContainsKey(i))];
            if (missing.Length > 0)
                DecodeAll(missing);
            for (var i = 0; i < wanted.Length; i++)
                if (_records[i].Fault is not DecodingFault.None && !_faults.ContainsKey(i))
                    _faults[i] = Explain(_records[i]);

            return new DecodedImages(
                cache.Map(options.Geometry.Side),
                [.. _records.Select((record, i) => _faults.ContainsKey(i) ? -1 : record.Slot)],
                [.. _records.Select(record => record.Pixels)],
                _faults
            );
        }

        // For each wanted picture whether the cache has it.
        private bool[] LookUp()
        {
            if (wanted.Length == 0)
                return [];
            var found = new bool[wanted.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = options.Cancel };
            Parallel.For(0, wanted.Length, parallel, i => found[i] = LookUp(i));
            return found;
        }

        private bool LookUp(int i)
        {
            var name = source.Name(wanted[i]);
            var stamp = source.Stamp(wanted[i]);
            var fault =
                stamp is null ? new ImageFault("is missing", null, "Put it there, or take its row out")
                : source.IsRandomAccess ? Weigh(stamp.Value.Length)
                : null;
            if (fault is not null)
            {
                _faults[i] = fault;
                return false;
            }

            var hash = ContentHash.Of(name);
            _records[i] = cache.Find(hash, stamp!.Value)
                ?? new PixelRecord
                {
                    Name = hash,
                    Stamp = stamp.Value,
                    Slot = -1,
                };
            // The limit may have changed since the fault occurred.
            return _records[i].Fault is DecodingFault.TooManyPixels
                ? (long)_records[i].Width * _records[i].Height > options.Limits.Pixels
                : _records[i].Checksum != 0;
        }

        private ImageFault? Weigh(long bytes) =>
            bytes == 0 ? new ImageFault("is empty", null, "Copy it again, or take its row out")
            : bytes > options.Limits.Bytes
                ? new ImageFault("is larger than --max-file-mb allows", $"{bytes / 1e6:F1} MB", "Raise the limit if you trust it")
            : null;

        // Length and time can stay the same while the contents change (copies that preserve times do): some files are read again.
        private bool LooksUnchanged(bool[] isKnown)
        {
            if (!source.IsRandomAccess)
                return true;
            int[] known = [.. Enumerable.Range(0, wanted.Length).Where(i => isKnown[i])];
            var sample = known.Length <= Sampled ? known : Random.Shared.GetItems(known, Sampled);
            var places = sample.Distinct().ToDictionary(i => wanted[i]);
            return source.Open([.. places.Keys]).All(picture => LooksUnchanged(picture.Read, _records[places[picture.Image]]));
        }

        private static bool LooksUnchanged(Func<byte[]> read, PixelRecord record)
        {
            try
            {
                return ContentHash.Of(read()) == record.Content;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Its pixels are known: it need not be read.
                return true;
            }
        }

        private void DecodeAll(int[] missing)
        {
            var decoder = new ImageDecoder(options.Geometry, options.Limits);
            var places = missing.ToDictionary(i => wanted[i]);
            var (done, clock) = (0, Stopwatch.StartNew());
            using var buffers = new ThreadLocal<byte[]>(() => new byte[options.Geometry.Bytes]);
            Parallel.ForEach(
                Partitioner.Create(source.Open([.. missing.Select(i => wanted[i])]), EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = options.Cancel },
                picture =>
                {
                    Decode(places[picture.Image], picture.Read, decoder, buffers.Value!);
                    var now = Interlocked.Increment(ref done);
                    if (now % ReportEvery == 0 || now == missing.Length)
                        options.Observer?.OnReading(
                            new ReadingProgress("decoding images", now, missing.Length, clock.Elapsed.TotalSeconds)
                        );
                }
            );
        }

        private void Decode(int i, Func<byte[]> read, ImageDecoder decoder, byte[] pixels)
        {
            byte[] encoded;
            try
            {
                encoded = read();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                _faults[i] = new ImageFault("cannot be read", unreadable.Message.TrimEnd('.'), "Mend its permissions, or take its row out");
                return;
            }
            if (Weigh(encoded.Length) is { } fault)
            {
                _faults[i] = fault;
                return;
            }
            var result = decoder.Decode(encoded, pixels);
            var record = _records[i] with
            {
                Content = ContentHash.Of(encoded),
                Fault = result.Fault,
                Width = result.Width,
                Height = result.Height,
            };
            if (result.Fault is DecodingFault.None)
                record = record with { Pixels = ContentHash.Of(pixels) };
            if (result is { Fault: DecodingFault.StrangeNumbers, Found: var found })
                _faults[i] = new ImageFault(
                    "holds numbers whose scale cannot be told: not 0 to 1 (floats), 0 to 255 or 0 to 65,535 (16 bits), or nearly black "
                        + "in it",
                    found,
                    "Save it with 8 bits for each colour, from 0 to 255, or take its row out"
                );
            // Slow today may be fast tomorrow: a time-out is not recorded; nor is a fault that a record cannot hold.
            _records[i] = result.Fault is DecodingFault.TimedOut or DecodingFault.StrangeNumbers ? record : cache.Append(record, pixels);
        }

        private static ImageFault Explain(PixelRecord record) =>
            record.Fault switch
            {
                DecodingFault.UnknownFormat => new ImageFault(
                    "is no picture in a format that Efface reads",
                    null,
                    "Save it as JPEG, PNG, WebP, GIF, TIFF or AVIF, or take its row out"
                ),
                DecodingFault.TooManyPixels => new ImageFault(
                    "has more pixels than --max-pixels allows",
                    $"{record.Width}×{record.Height}",
                    "Raise the limit if you trust it"
                ),
                DecodingFault.TimedOut => new ImageFault(
                    "took longer to decode than --image-timeout allows",
                    $"{record.Width}×{record.Height}",
                    "Raise the limit if you trust it"
                ),
                DecodingFault.UnreadTiff => new ImageFault(
                    "is a TIFF that is truncated or corrupt, or of a kind that libvips does not read, such as numbers of 64 bits",
                    null,
                    "Save it with 8 bits for each colour, copy it again, or take its row out"
                ),
                _ => new ImageFault("is truncated or corrupt", null, "Copy it again, or take its row out"),
            };
    }
}
