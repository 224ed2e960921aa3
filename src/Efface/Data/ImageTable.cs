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

    /// <summary>Takes ownership of <paramref name="pixels"/>.</summary>
    /// <param name="name">The data set's name, as in <c>--data</c>.</param>
    /// <param name="pixels">u8 [N, C, H, W] on the CPU.</param>
    /// <param name="columns">Columns of N labels each.</param>
    /// <param name="parts">One part an image.</param>
    /// <param name="flips">Whether a mirrored image is as good as the original.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a label has no class.</exception>
    public ImageTable(string name, Tensor pixels, IReadOnlyList<Column> columns, Part[] parts, bool flips = true)
    {
        if (pixels.dtype != ScalarType.Byte || pixels.dim() != 4) throw new ArgumentException("pixels must be u8 [N, C, H, W]", nameof(pixels));
        var count = (int)pixels.shape[0];
        if (parts.Length != count) throw new ArgumentException($"{parts.Length} parts for {count} images", nameof(parts));
        foreach (var column in columns)
        {
            if (column.Labels.Length != count) throw new ArgumentException($"column {column.Name}: {column.Labels.Length} labels for {count} images", nameof(columns));
            if (column.Labels.Any(label => (uint)label >= (uint)column.Classes.Count)) throw new ArgumentException($"column {column.Name}: a label has no class", nameof(columns));
        }
        (Name, Pixels, Columns, Parts, Flips) = (name, pixels.DetachFromDisposeScope(), columns, parts, flips);
        _columns = columns.ToDictionary(column => column.Name);
    }

    /// <summary>The data set's name.</summary>
    public string Name { get; }

    /// <summary>u8 [N, C, H, W] on the CPU.</summary>
    public Tensor Pixels { get; }

    /// <summary>Every label column.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The part of each image, [N].</summary>
    public Part[] Parts { get; }

    /// <summary>Whether a mirrored image is as good as the original.</summary>
    public bool Flips { get; }

    /// <summary>How many images there are.</summary>
    public int Count => Parts.Length;

    /// <summary>[C, H, W] of one image.</summary>
    public long[] ImageShape => Pixels.shape[1..];

    /// <summary>The column called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public Column this[string name] => _columns.TryGetValue(name, out var column)
        ? column
        : throw new InvalidInputException($"column '{name}'", $"not in data set {Name}", $"Its columns are {string.Join(", ", _columns.Keys)}");

    /// <summary>Whether there is a column called <paramref name="name"/>.</summary>
    public bool Has(string name) => _columns.ContainsKey(name);

    /// <summary>The images of one part, in order.</summary>
    public int[] Rows(Part part) => [.. Enumerable.Range(0, Count).Where(row => Parts[row] == part)];

    /// <summary>Keeps only <paramref name="rows"/>, in the order given; the result owns its own pixels.</summary>
    public ImageTable Select(int[] rows)
    {
        using var index = torch.tensor(rows.Select(row => (long)row).ToArray());
        return new ImageTable(Name, Pixels.index_select(0, index),
            [.. Columns.Select(column => column with { Labels = [.. rows.Select(row => column.Labels[row])] })],
            [.. rows.Select(row => Parts[row])], Flips);
    }

    /// <summary>The same images at <paramref name="side"/> × <paramref name="side"/> pixels; the result owns its own pixels.</summary>
    public ImageTable Resize(int side)
    {
        using var scope = NewDisposeScope();
        var chunks = Pixels.split(2000, 0).Select(chunk =>
        {
            using var inner = NewDisposeScope();
            // Area averages when it shrinks, and repeats pixels when it grows.
            return nn.functional.interpolate(chunk.to_type(ScalarType.Float32), size: [side, side], mode: InterpolationMode.Area)
                .round().clamp(0, 255).to_type(ScalarType.Byte).MoveToOuterDisposeScope();
        });
        return new ImageTable(Name, torch.cat([.. chunks], 0), Columns, Parts, Flips);
    }

    /// <summary>SHA-256 over pixels, labels and parts: two tables with the same fingerprint train the same model.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var size in Pixels.shape)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, size);
            hash.AppendData(length);
        }
        using (var contiguous = Pixels.contiguous())
        using (var data = contiguous.data<byte>())
            foreach (var chunk in data.ToArray().Chunk(1 << 24)) hash.AppendData(chunk);
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
