using Efface.Data.Sheets;
using Efface.Data.Vectors;
using static TorchSharp.torch;

namespace Efface.Data.Rewriting;

/// <summary>A request to rewrite a file of vectors.</summary>
/// <param name="Path">The file.</param>
/// <param name="Output">The new file, of the same format.</param>
internal sealed record RewriteRequest(string Path, string Output)
{
    /// <summary>The property that names the file, for messages.</summary>
    public string Property { get; init; } = "`VectorOptions.Representations`";

    /// <summary>The requested array, column or prefix of columns' names.</summary>
    public string? Array { get; init; }

    /// <summary>Columns of tables that are labels, whatever they hold, and never part of a vector.</summary>
    public IReadOnlySet<string> Taken { get; init; } = new HashSet<string>();

    /// <summary>The column or array of keys, which is never part of a vector.</summary>
    public string? Key { get; init; }

    /// <summary>Whether each row becomes a code.</summary>
    public bool GivesCodes { get; init; }

    /// <summary>The rows of f32 [B, D] with a fill value or an overflow; null if nobody knows what is usual.</summary>
    public Func<Tensor, int[]>? FarOut { get; init; }

    /// <summary>The file of vectors that labels were joined to, with the same numbers as its vectors.</summary>
    /// <param name="options">The files, and what their columns mean.</param>
    /// <param name="output">The new file.</param>
    public static RewriteRequest Of(VectorOptions options, string output)
    {
        var property = $"`{nameof(VectorOptions)}.{nameof(VectorOptions.Representations)}`";
        var read = VectorReader.Request(options, options.Representations, property, VectorLabels.Names(options.Labels));
        return new RewriteRequest(options.Representations, output)
        {
            Array = read.Array,
            Taken = read.Taken,
            Key = read.Key,
        };
    }

    /// <summary>As the reader of vectors takes it.</summary>
    public VectorRequest Reading => new(Path, Property, Key, Array, Taken);
}

/// <summary>What was written.</summary>
/// <param name="Rows">All rows of the file.</param>
/// <param name="Faults">Those without a usable vector: they hold NaN, nothing, or the code -1.</param>
internal sealed record RewrittenVectors(long Rows, IReadOnlyList<RowFault> Faults);
