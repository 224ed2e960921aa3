using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Representations that another program computed, with their images' labels and parts.</summary>
public sealed class VectorTable : IDisposable
{
    private readonly Lazy<string> _fingerprint;

    internal VectorTable() => _fingerprint = new Lazy<string>(Hash);

    /// <summary>The file name of the representations.</summary>
    public required string Name { get; init; }

    /// <summary>What of the files was taken for the vectors, and how that was found; of those from before the second.</summary>
    public IReadOnlyList<VectorOrigin> Origins { get; init; } = [];

    /// <summary>
    /// One row an image: f32 [N, D] or [N, C, H, W]; i64 [N] where an image has one integer, its code. Of several draws the first.
    /// </summary>
    public required Tensor Values { get; init; }

    /// <summary>The mean of each image's draws, shaped as <see cref="Values"/>; null when no image has several, and for codes.</summary>
    public Tensor? MeanOfDraws { get; init; }

    /// <summary>
    /// How many draws of its representation each image has at least: 1 unless the extractor is random and was asked more than once.
    /// </summary>
    public int Draws { get; init; } = 1;

    /// <summary>
    /// The same images from the model before unlearning, in any shape that <see cref="Values"/> may have; null when there are none.
    /// </summary>
    public Tensor? Before { get; init; }

    /// <summary>Every column of the labels that holds classes, of N labels each; without those that are only key, split or group.</summary>
    public required IReadOnlyList<Column> Columns { get; init; }

    /// <summary>The part of each image, [N].</summary>
    public required Part[] Parts { get; init; }

    /// <summary>The images of one part, in order.</summary>
    public int[] Rows(Part part) => [.. Enumerable.Range(0, Parts.Length).Where(row => Parts[row] == part)];

    /// <summary>Whether the parts were drawn, because no column says them.</summary>
    public required bool PartsDrawn { get; init; }

    /// <summary>The group of each image, [N], numbered from 0 without gaps; null when no column says it.</summary>
    public int[]? Groups { get; init; }

    /// <summary>Rows of any of the files that cannot be used.</summary>
    public required IReadOnlyList<RowFault> Skipped { get; init; }

    /// <summary>What must be known before any verdict is read, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What stops nobody, and should be known, in sentences.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>
    /// SHA-256 over representations, labels, parts and groups: the same for the same images, however the files hold them.
    /// </summary>
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        MeanOfDraws?.Dispose();
        Before?.Dispose();
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in new[] { Values, MeanOfDraws, Before })
        {
            hash.AppendData(Encoding.UTF8.GetBytes(tensor is null ? "none\0" : $"{tensor.dtype} {string.Join('×', tensor.shape)}\0"));
            if (tensor is null)
                continue;
            foreach (var (from, count) in RowTensor.Blocks(tensor))
                hash.AppendData(RowTensor.Rows<byte>(tensor, from, count));
        }
        foreach (var column in Columns)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(column.Name + "\0" + string.Join('\0', column.Classes)));
            hash.AppendData(MemoryMarshal.AsBytes(column.Labels.AsSpan()));
        }
        hash.AppendData(MemoryMarshal.AsBytes(Parts.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(Groups.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
