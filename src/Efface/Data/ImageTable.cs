using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Labelled images.</summary>
public sealed class ImageTable : Examples
{
    private readonly int[]? _slots;
    private readonly Lazy<UInt128[]> _hashes;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Takes ownership of <paramref name="pixels"/>.</summary>
    /// <param name="name">The data set's name, as in <c>--data</c>.</param>
    /// <param name="pixels">u8 [slots, C, H, W] on the CPU, in memory or mapped from a file.</param>
    /// <param name="columns">Columns of N labels each.</param>
    /// <param name="parts">One part per image.</param>
    /// <param name="flips">Whether a mirrored image is as good as the original.</param>
    /// <param name="slots">For each image its place in <paramref name="pixels"/>; null when they are in the same order.</param>
    /// <param name="hashes">The value of <see cref="Hashes"/>, if it is already known.</param>
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
        : base(name, columns, parts, slots?.Length ?? (int)Checked(pixels).shape[0])
    {
        if (hashes is not null && hashes.Length != Count)
            throw new ArgumentException($"{hashes.Length} hashes for {Count} images", nameof(hashes));
        if (slots is not null && slots.Any(slot => slot < 0 || slot >= pixels.shape[0]))
            throw new ArgumentException("a slot has no pixels", nameof(slots));
        (Pixels, Flips, _slots) = (pixels.DetachFromDisposeScope(), flips, slots);
        _hashes = hashes is null
            ? new Lazy<UInt128[]>(() => ContentHash.OfImages(Pixels, slots ?? [.. Enumerable.Range(0, Count)]))
            : new Lazy<UInt128[]>(hashes);
        _fingerprint = new Lazy<string>(Hash);
    }

    /// <summary>u8 [slots, C, H, W] on the CPU.</summary>
    internal Tensor Pixels { get; }

    /// <summary>For each image 128 bits of SHA-256 over its pixels: equal for equal pixels.</summary>
    public IReadOnlyList<UInt128> Hashes => _hashes.Value;

    /// <inheritdoc/>
    public override IReadOnlyList<UInt128> Identities => Hashes;

    /// <inheritdoc/>
    public override bool Flips { get; }

    /// <summary>[C, H, W] of one image.</summary>
    public override long[] Shape => Pixels.shape[1..];

    /// <inheritdoc/>
    public override string Fingerprint => _fingerprint.Value;

    /// <summary>The pixels of <paramref name="rows"/>, in that order: u8 [B, C, H, W].</summary>
    public override Tensor Gather(ReadOnlySpan<int> rows)
    {
        // Copied by hand: index_select would wake the backend's threads, which then spin beside those that train.
        var gathered = torch.empty([rows.Length, .. Shape], ScalarType.Byte);
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

    private static Tensor Checked(Tensor pixels) =>
        pixels.dtype != ScalarType.Byte || pixels.dim() != 4 ? throw new ArgumentException("pixels must be u8 [N, C, H, W]", nameof(pixels))
        : !pixels.is_contiguous() ? throw new ArgumentException("pixels must be contiguous", nameof(pixels))
        : pixels;

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var size in Shape.Prepend(Count))
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
    private protected override void Release() => Pixels.Dispose();
}
