using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Labelled images: pixels, the columns that describe them, and the part each image belongs to.</summary>
public sealed class ImageTable : IDisposable
{
    private readonly Dictionary<string, Column> _columns;
    private readonly int[]? _slots;
    private readonly Lazy<UInt128[]> _hashes;

    /// <summary>Takes ownership of <paramref name="pixels"/>.</summary>
    /// <param name="name">The data set's name, as in <c>--data</c>.</param>
    /// <param name="pixels">u8 [slots, C, H, W] on the CPU, in memory or mapped from a file.</param>
    /// <param name="columns">Columns of N labels each.</param>
    /// <param name="parts">One part an image.</param>
    /// <param name="flips">Whether a mirrored image is as good as the original.</param>
    /// <param name="slots">For each image its place in <paramref name="pixels"/>; null when they are in the same order.</param>
    /// <param name="hashes">What <see cref="Hashes"/> would find, where it is known already.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a label has no class.</exception>
    public ImageTable(
        string name,
        Tensor pixels,
        IReadOnlyList<Column> columns,
        Part[] parts,
        bool flips = true,
        int[]? slots = null,
        UInt128[]? hashes = null
    )
    {
        if (pixels.dtype != ScalarType.Byte || pixels.dim() != 4)
            throw new ArgumentException("pixels must be u8 [N, C, H, W]", nameof(pixels));
        var count = slots?.Length ?? (int)pixels.shape[0];
        if (parts.Length != count)
            throw new ArgumentException($"{parts.Length} parts for {count} images", nameof(parts));
        if (hashes is not null && hashes.Length != count)
            throw new ArgumentException($"{hashes.Length} hashes for {count} images", nameof(hashes));
        if (slots is not null && slots.Any(slot => slot < 0 || slot >= pixels.shape[0]))
            throw new ArgumentException("a slot has no pixels", nameof(slots));
        foreach (var column in columns)
        {
            if (column.Labels.Length != count)
                throw new ArgumentException($"column {column.Name}: {column.Labels.Length} labels for {count} images", nameof(columns));
            if (column.Labels.Any(label => (uint)label >= (uint)column.Classes.Count))
                throw new ArgumentException($"column {column.Name}: a label has no class", nameof(columns));
        }
        if (!pixels.is_contiguous())
            throw new ArgumentException("pixels must be contiguous", nameof(pixels));
        (Name, Pixels, Columns, Parts, Flips) = (name, pixels.DetachFromDisposeScope(), columns, parts, flips);
        (_columns, _slots) = (columns.ToDictionary(column => column.Name), slots);
        _hashes = hashes is null
            ? new Lazy<UInt128[]>(() => PixelHashes.Of(Pixels, slots ?? [.. Enumerable.Range(0, count)]))
            : new Lazy<UInt128[]>(hashes);
    }

    /// <summary>The data set's name.</summary>
    public string Name { get; }

    /// <summary>u8 [slots, C, H, W] on the CPU.</summary>
    internal Tensor Pixels { get; }

    /// <summary>For each image 128 bits of SHA-256 over its pixels: equal for equal pixels.</summary>
    public IReadOnlyList<UInt128> Hashes => _hashes.Value;

    /// <summary>Every label column.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The part of each image, [N].</summary>
    public Part[] Parts { get; }

    /// <summary>Whether a mirrored image is as good as the original.</summary>
    public bool Flips { get; }

    /// <summary>
    /// The group of each image, [N]: images of one group (one person, say) are not independent; null where nothing says so.
    /// </summary>
    public int[]? Groups { get; init; }

    /// <summary>How many images there are.</summary>
    public int Count => Parts.Length;

    /// <summary>[C, H, W] of one image.</summary>
    public long[] ImageShape => Pixels.shape[1..];

    /// <summary>The column called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public Column this[string name] =>
        _columns.TryGetValue(name, out var column)
            ? column
            : throw new InvalidInputException(
                $"column '{name}'",
                $"not in data set {Name}",
                $"Its columns are {string.Join(", ", _columns.Keys)}"
            );

    /// <summary>Whether there is a column called <paramref name="name"/>.</summary>
    public bool Has(string name) => _columns.ContainsKey(name);

    /// <summary>The images of one part, in order.</summary>
    public int[] Rows(Part part) => [.. Enumerable.Range(0, Count).Where(row => Parts[row] == part)];

    /// <summary>The pixels of <paramref name="rows"/>, in that order: u8 [B, C, H, W].</summary>
    public Tensor Gather(ReadOnlySpan<int> rows)
    {
        // Copied by hand: index_select would wake the backend's threads, which then wait actively beside those that train.
        var gathered = torch.empty([rows.Length, .. ImageShape], ScalarType.Byte);
        for (var i = 0; i < rows.Length; i++)
        {
            using Tensor from = Pixels[_slots is null ? rows[i] : _slots[rows[i]]],
                to = gathered[i];
            from.bytes.CopyTo(to.bytes);
        }
        return gathered;
    }

    /// <summary>
    /// Only <paramref name="rows"/>, in the order given; the pixels are shared, and live as long as one of the tables does.
    /// </summary>
    public ImageTable Select(int[] rows) =>
        new(
            Name,
            Pixels.alias(),
            [.. Columns.Select(column => column with { Labels = [.. rows.Select(row => column.Labels[row])] })],
            [.. rows.Select(row => Parts[row])],
            Flips,
            [.. rows.Select(row => _slots is null ? row : _slots[row])],
            _hashes.IsValueCreated ? [.. rows.Select(row => _hashes.Value[row])] : null
        )
        {
            Groups = Groups is null ? null : [.. rows.Select(row => Groups[row])],
        };

    /// <summary>SHA-256 over pixels, labels and parts: two tables with the same fingerprint train the same model.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var size in ImageShape.Prepend(Count))
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, size);
            hash.AppendData(length);
        }
        hash.AppendData(MemoryMarshal.AsBytes(_hashes.Value.AsSpan()));
        foreach (var column in Columns)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(column.Name + "\0" + string.Join('\0', column.Classes)));
            hash.AppendData(MemoryMarshal.AsBytes(column.Labels.AsSpan()));
        }
        hash.AppendData(MemoryMarshal.AsBytes(Parts.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose() => Pixels.Dispose();
}
