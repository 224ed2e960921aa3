using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>
/// Labelled examples, each with a value (an image, a vector): models are trained on them, attributes are forgotten in them and audits use
/// them.
/// </summary>
public abstract class Examples : IDisposable
{
    private readonly Dictionary<string, Column> _columns;

    /// <summary>Checks that every example is complete.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="columns">Columns of N labels each.</param>
    /// <param name="parts">The part of each example, [N].</param>
    /// <param name="count">N, of the values.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a label has no class.</exception>
    private protected Examples(string name, IReadOnlyList<Column> columns, Part[] parts, int count)
    {
        if (parts.Length != count)
            throw new ArgumentException($"{parts.Length} parts for {count} values", nameof(parts));
        foreach (var column in columns)
        {
            if (column.Labels.Length != count)
                throw new ArgumentException($"column {column.Name}: {column.Labels.Length} labels for {count} values", nameof(columns));
            if (column.Labels.Any(label => (uint)label >= (uint)column.Classes.Count))
                throw new ArgumentException($"column {column.Name}: a label has no class", nameof(columns));
        }
        (Name, Columns, Parts) = (name, columns, parts);
        _columns = columns.ToDictionary(column => column.Name);
    }

    /// <summary>The data set's name.</summary>
    public string Name { get; }

    /// <summary>Every column of labels.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The part of each example, [N].</summary>
    public Part[] Parts { get; }

    /// <summary>The group of each example, [N]: examples of one group (one person, say) are not independent; null without groups.</summary>
    public int[]? Groups { get; init; }

    /// <summary>How many examples there are.</summary>
    public int Count => Parts.Length;

    /// <summary>The shape of one value: [C, H, W] of an image, [D] of a vector, [] of a code.</summary>
    public abstract long[] Shape { get; }

    /// <summary>Equal for examples of equal values, [N]; null if that is not checked.</summary>
    public virtual IReadOnlyList<UInt128>? Identities => null;

    /// <summary>Whether a mirrored value is as good as the original.</summary>
    public virtual bool Flips => false;

    /// <summary>SHA-256 over values, labels and parts: two tables with one fingerprint train the same model.</summary>
    public abstract string Fingerprint { get; }

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

    /// <summary>The examples of one part, in order.</summary>
    public int[] Rows(Part part) => [.. Enumerable.Range(0, Count).Where(row => Parts[row] == part)];

    /// <summary>The values of some rows, in their order, on the CPU: u8 pixels, f32 vectors or int64 codes, [B, ...].</summary>
    public abstract Tensor Gather(ReadOnlySpan<int> rows);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the values.</summary>
    private protected abstract void Release();
}
