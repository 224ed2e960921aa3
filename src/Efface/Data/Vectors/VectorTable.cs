using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Efface.Data.Sheets;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data.Vectors;

/// <summary>Vectors, or codes, that another program computed, with their labels.</summary>
public sealed class VectorTable : Examples
{
    private readonly Lazy<string> _fingerprint;

    /// <summary>Takes ownership of <paramref name="values"/>.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="values">One row per example, on the CPU: f32 [N, D] or [N, C, H, W]; int64 [N] of codes.</param>
    /// <param name="columns">Columns of N labels each.</param>
    /// <param name="parts">The part of each example, [N].</param>
    /// <exception cref="ArgumentException">Lengths differ, a label has no class, or values are of another type.</exception>
    public VectorTable(string name, Tensor values, IReadOnlyList<Column> columns, Part[] parts)
        : base(name, columns, parts, (int)values.shape[0])
    {
        if (!(values.dtype == ScalarType.Float32 && values.dim() > 1 || values.dtype == ScalarType.Int64 && values.dim() == 1))
            throw new ArgumentException("values must be f32 [N, ...] or int64 [N]", nameof(values));
        (Values, _fingerprint) = (values.DetachFromDisposeScope(), new Lazy<string>(Hash));
    }

    /// <summary>Images as vectors of their pixels in [0, 1], with the same labels and parts.</summary>
    public static VectorTable OfPixels(ImageTable images)
    {
        using var pixels = images.Gather([.. Enumerable.Range(0, images.Count)]);
        return new VectorTable(images.Name, pixels.flatten(1).to_type(ScalarType.Float32).div_(byte.MaxValue), images.Columns, images.Parts)
        {
            Groups = images.Groups,
        };
    }

    /// <summary>What was used of the files as vectors, and how that was found; of those from before the second.</summary>
    public IReadOnlyList<VectorOrigin> Origins { get; init; } = [];

    /// <summary>f32 [N, D] or [N, C, H, W]; int64 [N] of codes. With several draws, the first.</summary>
    public Tensor Values { get; }

    /// <summary>The mean of each image's draws, shaped as <see cref="Values"/>; null if no image has several, and for codes.</summary>
    public Tensor? MeanOfDraws { get; init; }

    /// <summary>The smallest number of draws per image: 1 unless the extractor is random and was run more than once.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>
    /// Whether nobody gets more than one draw of a row: the mean of draws is then audited, but not as something that is released.
    /// </summary>
    public bool IsDrawnOnce { get; init; }

    /// <summary>
    /// The same images from the model before unlearning, in any shape that <see cref="Values"/> may have; null if there are none.
    /// </summary>
    public Tensor? Before { get; init; }

    /// <summary>Who the groups are: the name of their column, if they are people to be verified; else null.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether the parts were drawn, because no column names them.</summary>
    public bool PartsDrawn { get; init; }

    /// <summary>Rows of any of the files that cannot be used.</summary>
    public IReadOnlyList<RowFault> Skipped { get; init; } = [];

    /// <summary>What to know before reading any verdict, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What does not stop the run, but should be known, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override long[] Shape => Values.shape[1..];

    /// <summary>
    /// SHA-256 over representations, labels, parts and groups: the same for the same images, however the files hold them.
    /// </summary>
    public override string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public override Tensor Gather(ReadOnlySpan<int> rows)
    {
        using var index = torch.tensor(Array.ConvertAll(rows.ToArray(), row => (long)row));
        return Values.index_select(0, index);
    }

    /// <inheritdoc/>
    private protected override void Release()
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
