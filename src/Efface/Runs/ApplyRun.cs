using System.Text.Json.Serialization;
using Efface.Data;
using Efface.Data.Rewriting;
using Efface.Data.Sheets;
using Efface.Erasing;
using static TorchSharp.torch;

namespace Efface.Runs;

/// <summary>New vectors, and the eraser for them.</summary>
public sealed record ApplyOptions
{
    /// <summary>The folder of the eraser.</summary>
    [Setting("--eraser", "DIR", "The folder that efface unlearn --representations wrote.")]
    public string Eraser { get; init; } = "";

    /// <summary>A .npy, .npz, .safetensors, .parquet, .csv or .tsv with one vector a row.</summary>
    [Setting("--representations", "FILE", "New vectors: .npy, .npz, .safetensors, .parquet or .csv.")]
    public string Representations { get; init; } = "";

    /// <summary>The new file, of the same format.</summary>
    [Setting("--out", "FILE", "The new file, of the same format; other columns and arrays are carried along.")]
    public string Output { get; init; } = "";

    /// <summary>The array, column or prefix of columns' names.</summary>
    [Setting("--array", "NAME", "Which array or columns of the file hold the vectors: h, or h0..h127, or a,b,c.")]
    public string? Array { get; init; }

    /// <summary>Whether vectors whose mean is far from those that the eraser was fitted on are erased nevertheless.</summary>
    [Setting("--anyway", null, "Erase vectors even if their mean is far from those that the eraser was fitted on.")]
    public bool Anyway { get; init; }
}

/// <summary>What was erased.</summary>
/// <param name="Output">The new file.</param>
/// <param name="Rows">All rows of the file.</param>
/// <param name="Distance">How far their mean is from that of the vectors that the eraser was fitted on, in deviations.</param>
/// <param name="Unusable">How many rows have no usable vector; they hold NaN, nothing, or the code -1.</param>
public sealed record ApplyRecord(string Output, long Rows, double Distance, int Unusable)
{
    /// <summary>Those rows.</summary>
    [JsonIgnore]
    public IReadOnlyList<RowFault> Faults { get; init; } = [];
}

/// <summary>Applies an eraser to new vectors, some megabytes at a time.</summary>
public static class ApplyRun
{
    /// <summary>Vectors of the same model from other people are well below this.</summary>
    public const double Far = 0.5;

    private const double TooFar = 1;
    private const int FewestRows = 100;

    /// <summary>Writes the new file, whole or not at all.</summary>
    /// <param name="options">The files.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancel">Ends it early; there is no new file then.</param>
    /// <exception cref="InvalidInputException">Every problem found; there is no new file then.</exception>
    public static ApplyRecord Run(ApplyOptions options, IReadingObserver? observer = null, CancellationToken cancel = default)
    {
        if (Missing(options).ToArray() is { Length: > 0 } missing)
            throw new InvalidInputException(missing);
        using var eraser = Eraser.Load(options.Eraser);
        var rewriter = VectorRewriter.Open(
            new RewriteRequest(options.Representations, options.Output)
            {
                Property = "`ApplyOptions.Representations`",
                Array = options.Array,
                GivesCodes = eraser.IsCode,
                FarOut = eraser.FarOut,
            }
        );
        if (rewriter.Width != eraser.Description.Size)
            throw new InvalidInputException(
                $"`ApplyOptions.Representations` {options.Representations}",
                $"holds vectors of {rewriter.Width:N0} numbers ({rewriter.Origin.What}), and the eraser was fitted on "
                    + $"{eraser.Description.Size:N0} ({eraser.Description.Source ?? "in memory"})",
                "Give vectors of the model that it was fitted on, or name their array or columns with `ApplyOptions.Array`"
            );
        observer?.OnNote(rewriter.Origin.ToString());
        using var sum = new RowSum(eraser.Description.Size);
        var written = rewriter.Rewrite(
            rows =>
            {
                sum.Add(rows);
                if (!options.Anyway && sum.Count - rows.shape[0] < FewestRows && sum.Count >= FewestRows)
                    RefuseFar(options, eraser, sum);
                return eraser.Apply(rows);
            },
            observer,
            cancel
        );
        return new ApplyRecord(options.Output, written.Rows, sum.Count == 0 ? 0 : eraser.DistanceOf(sum.Mean), written.Faults.Count)
        {
            Faults = written.Faults,
        };
    }

    private static IEnumerable<Problem> Missing(ApplyOptions options)
    {
        if (options.Eraser.Length == 0)
            yield return new Problem("`ApplyOptions.Eraser`", "missing", "Name the folder of the eraser");
        if (options.Representations.Length == 0)
            yield return new Problem("`ApplyOptions.Representations`", "missing", "Name the file of new vectors");
        if (options.Output.Length == 0)
            yield return new Problem("`ApplyOptions.Output`", "missing", "Name the new file");
    }

    private static void RefuseFar(ApplyOptions options, Eraser eraser, RowSum sum)
    {
        if (eraser.DistanceOf(sum.Mean) is var distance && distance > TooFar)
            throw new InvalidInputException(
                options.Representations,
                FormattableString.Invariant(
                    $"begins with {sum.Count:N0} vectors whose mean is {distance:F1} deviations from those that the eraser was fitted on"
                ),
                "Give vectors of the model that it was fitted on, or `ApplyOptions.Anyway` if they are"
            );
    }

    private sealed class RowSum(int size) : IDisposable
    {
        private readonly Tensor _sum = zeros(size, dtype: ScalarType.Float64);

        public long Count { get; private set; }

        // [1, D]
        public Tensor Mean => (_sum / Count).to_type(ScalarType.Float32).unsqueeze(0);

        public void Add(Tensor rows)
        {
            using var scope = NewDisposeScope();
            _sum.add_(rows.sum([0L]));
            Count += rows.shape[0];
        }

        public void Dispose() => _sum.Dispose();
    }
}
