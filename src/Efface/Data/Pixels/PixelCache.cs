using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Pixels;

/// <summary>The contents of a cache, for people who look into its folder.</summary>
/// <param name="SchemaVersion">The version of the folder's format.</param>
/// <param name="Root">The data set's folder.</param>
/// <param name="Geometry">The format of the pictures.</param>
/// <param name="Decoder">The decoder that wrote them.</param>
internal sealed record CacheDescription(int SchemaVersion, string Root, ImageGeometry Geometry, string Decoder);

/// <summary>
/// Decoded pictures of one data set at one geometry: <c>pixels.u8</c>, one image after another, and <c>index.bin</c>, which says whose they
/// are. Both only grow: a picture whose file has changed gets a new slot, so that runs which have the old pixels mapped keep them. Pixels
/// are written before their record, so that whatever stops a run, the next one resumes where it stopped. One process at a time holds a
/// cache open; training only maps it.
/// </summary>
internal sealed class PixelCache : IDisposable
{
    /// <summary>The files of a cache folder.</summary>
    public const string DescriptionFile = "cache.json",
        PixelsFile = "pixels.u8",
        IndexFile = "index.bin",
        LockFile = "lock";

    private const int Schema = 1,
        Sampled = 32,
        NameLength = 20;

    // How each system reports that another process has the file: on any other fault, waiting would never end.
    private const int SharingViolation = 32,
        WouldBlock = 11,
        WouldBlockOnMac = 35;

    private static readonly int RecordSize = Marshal.SizeOf<PixelRecord>();

    private readonly string _folder;
    private readonly int _imageBytes;
    private readonly FileStream _lock,
        _index;
    private readonly SafeFileHandle _pixels;
    private readonly Lock _appending = new();
    private readonly List<PixelRecord> _records = [];
    private readonly Dictionary<UInt128, int> _byName = [];
    private int _slots;

    private PixelCache(string folder, ImageGeometry geometry, FileStream held)
    {
        (_folder, _imageBytes, _lock) = (folder, geometry.Bytes, held);
        _index = new FileStream(Path.Combine(folder, IndexFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _pixels = File.OpenHandle(
            Path.Combine(folder, PixelsFile),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
    }

    /// <summary>Whether a damaged cache was discarded when this one was opened.</summary>
    public bool WasDamaged { get; private init; }

    /// <summary>The folder of a data set's pixels at a geometry: another root, geometry or decoder is another folder.</summary>
    public static string FolderFor(string cacheRoot, CacheDescription description) =>
        Path.Combine(cacheRoot, ContentHash.Of(JsonSerializer.Serialize(description)).ToString("x32")[..NameLength]);

    /// <summary>Whether a folder is a pixel cache, and nothing else.</summary>
    public static bool IsCache(string folder) =>
        Path.GetFileName(folder) is { Length: NameLength } name
        && name.All(char.IsAsciiHexDigitLower)
        && File.Exists(Path.Combine(folder, IndexFile));

    /// <summary>Opens the cache of a data set, or creates it; waits while another process fills it.</summary>
    /// <param name="cacheRoot">The folder of all caches.</param>
    /// <param name="root">The data set's folder.</param>
    /// <param name="geometry">The format of its pictures.</param>
    /// <param name="onWait">Called once if there is something to wait for.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public static PixelCache Open(
        string cacheRoot,
        string root,
        ImageGeometry geometry,
        Action? onWait = null,
        CancellationToken cancel = default
    )
    {
        var description = new CacheDescription(Schema, Path.GetFullPath(root), geometry, ImageDecoder.Version);
        var folder = FolderFor(cacheRoot, description);
        Directory.CreateDirectory(folder);
        var held = Hold(folder, onWait, cancel);
        try
        {
            var cache = new PixelCache(folder, geometry, held);
            cache.Load();
            if (cache.CountDamaged(cache.Sample()) > 0)
            {
                cache.Close();
                foreach (var file in new[] { IndexFile, PixelsFile })
                    File.Delete(Path.Combine(folder, file));
                cache = new PixelCache(folder, geometry, held) { WasDamaged = true };
            }
            File.WriteAllText(Path.Combine(folder, DescriptionFile), JsonSerializer.Serialize(description, JsonSerializerOptions.Web));
            return cache;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Opens an existing cache, whatever wrote it and however damaged it is, to inspect it.</summary>
    public static PixelCache Inspect(string cacheRoot, CacheDescription description)
    {
        var folder = FolderFor(cacheRoot, description);
        var cache = new PixelCache(folder, description.Geometry, Hold(folder, null, CancellationToken.None));
        cache.Load();
        return cache;
    }

    /// <summary>The record of a picture whose file matches <paramref name="stamp"/>; null if it is new or has changed.</summary>
    public PixelRecord? Find(UInt128 name, FileStamp stamp) =>
        _byName.TryGetValue(name, out var at) && _records[at].Stamp == stamp ? _records[at] : null;

    /// <summary>Stores a picture's pixels. Thread-safe.</summary>
    /// <param name="record">Without its slot.</param>
    /// <param name="pixels">u8 [3, Side, Side]; empty after a fault.</param>
    public PixelRecord Append(PixelRecord record, ReadOnlySpan<byte> pixels)
    {
        var slot = record.Fault == DecodingFault.None ? Interlocked.Increment(ref _slots) - 1 : -1;
        if (slot >= 0)
            RandomAccess.Write(_pixels, pixels, (long)slot * _imageBytes);
        record = (record with { Slot = slot }).Sealed();
        lock (_appending)
        {
            _index.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PixelRecord>(in record)));
            Remember(record);
        }
        return record;
    }

    /// <summary>All pixels, u8 [slots, 3, Side, Side], mapped from the file: unused ones take no memory.</summary>
    public Tensor Map(int side)
    {
        _index.Flush();
        if (_slots == 0)
            return torch.zeros([0, 3, side, side], ScalarType.Byte);
        using var bytes = torch.from_file(
            Path.Combine(_folder, PixelsFile),
            shared: false,
            size: (long)_slots * _imageBytes,
            dtype: ScalarType.Byte
        );
        return bytes.view(_slots, 3, side, side);
    }

    /// <summary>A few records with pixels, spread over the whole cache, different each time.</summary>
    public IReadOnlyList<PixelRecord> Sample()
    {
        int[] whole = [.. Enumerable.Range(0, _records.Count).Where(at => _records[at].Slot >= 0)];
        return [.. (whole.Length <= Sampled ? whole : Random.Shared.GetItems(whole, Sampled)).Select(at => _records[at])];
    }

    /// <summary>How many of the cache's images have different pixels than when they were written.</summary>
    public int CountDamaged(IEnumerable<PixelRecord>? among = null)
    {
        var pixels = new byte[_imageBytes];
        return (among ?? _records.Where(record => record.Slot >= 0)).Count(record =>
            RandomAccess.Read(_pixels, pixels, (long)record.Slot * _imageBytes) != _imageBytes || ContentHash.Of(pixels) != record.Pixels
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _lock.Dispose();
    }

    private void Close()
    {
        _index.Dispose();
        _pixels.Dispose();
    }

    private void Remember(PixelRecord record)
    {
        _byName[record.Name] = _records.Count;
        _records.Add(record);
    }

    // A killed run leaves a truncated record at the end: it is dropped.
    private void Load()
    {
        var images = RandomAccess.GetLength(_pixels) / _imageBytes;
        _records.EnsureCapacity((int)(_index.Length / RecordSize));
        _byName.EnsureCapacity(_records.Capacity);
        foreach (var record in Written().TakeWhile(record => record.IsWhole && record.Slot < images))
        {
            Remember(record);
            _slots = Math.Max(_slots, record.Slot + 1);
        }
        _index.SetLength((long)_records.Count * RecordSize);
        _index.Position = _index.Length;
    }

    // In chunks: the whole index of a million images at once would briefly take a hundred megabytes.
    private IEnumerable<PixelRecord> Written()
    {
        var piece = new PixelRecord[1024];
        for (var left = _index.Length / RecordSize; left > 0; left -= piece.Length)
        {
            var count = (int)Math.Min(left, piece.Length);
            _index.ReadExactly(MemoryMarshal.AsBytes(piece.AsSpan(0, count)));
            for (var i = 0; i < count; i++)
                yield return piece[i];
        }
    }

    /// <summary>Whether a process is reading or filling a cache at this moment.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            TryHold(folder).Dispose();
            return false;
        }
        catch (IOException fault) when (IsOthers(fault))
        {
            return true;
        }
    }

    private static FileStream Hold(string folder, Action? onWait, CancellationToken cancel)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return TryHold(folder);
            }
            catch (IOException fault) when (IsOthers(fault))
            {
                if (tries == 0)
                    onWait?.Invoke();
                if (cancel.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200)))
                    throw new OperationCanceledException(cancel);
            }
        }
    }

    private static FileStream TryHold(string folder) =>
        new(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static bool IsOthers(IOException fault) => (fault.HResult & 0xffff) is SharingViolation or WouldBlock or WouldBlockOnMac;
}
