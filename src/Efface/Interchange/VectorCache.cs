using System.Runtime.InteropServices;
using Efface.Data;

namespace Efface.Interchange;

/// <summary>Receives a vector that was computed earlier.</summary>
/// <param name="image">128 bits of the image's pixels.</param>
/// <param name="vector">Valid during the call.</param>
internal delegate void CachedVector(UInt128 image, ReadOnlySpan<float> vector);

/// <summary>
/// Vectors that were already computed, in one file: for each the 128 bits of its image, its numbers, and a checksum. A killed run loses at
/// most the record that it was writing.
/// </summary>
internal sealed class VectorCache : IDisposable
{
    private const string Name = "vectors.bin";
    private const int KeyBytes = 16,
        SumBytes = 16;

    private readonly FileStream? _stream;
    private readonly byte[] _record;

    /// <param name="folder">Of the extractor that they come from; made if it is not there.</param>
    /// <param name="size">D.</param>
    /// <param name="found">Receives every vector that is already there.</param>
    public VectorCache(string folder, int size, CachedVector found)
    {
        _record = new byte[KeyBytes + size * sizeof(float) + SumBytes];
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Name);
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another run is filling it: what it has written so far is read, and nothing is added.
            using var other = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Load(other, found);
            return;
        }
        _stream.SetLength(Load(_stream, found));
        _stream.Position = _stream.Length;
    }

    private Span<byte> Key => _record.AsSpan(0, KeyBytes);

    private Span<float> Vector => MemoryMarshal.Cast<byte, float>(_record.AsSpan(KeyBytes..^SumBytes));

    private Span<byte> Sum => _record.AsSpan(^SumBytes..);

    private UInt128 Expected => ContentHash.Of(_record.AsSpan(..^SumBytes));

    /// <summary>Keeps one.</summary>
    public void Add(UInt128 image, ReadOnlySpan<float> vector)
    {
        MemoryMarshal.Write(Key, image);
        vector.CopyTo(Vector);
        MemoryMarshal.Write(Sum, Expected);
        _stream?.Write(_record);
    }

    /// <summary>Hands what was added to the operating system.</summary>
    public void Flush() => _stream?.Flush();

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    // How many bytes are whole records: what follows the first damaged one is computed again.
    private long Load(FileStream stream, CachedVector found)
    {
        var whole = 0L;
        while (
            stream.ReadAtLeast(_record, _record.Length, throwOnEndOfStream: false) == _record.Length
            && MemoryMarshal.Read<UInt128>(Sum) == Expected
        )
        {
            found(MemoryMarshal.Read<UInt128>(Key), Vector);
            whole += _record.Length;
        }
        return whole;
    }
}
