using Efface.Data.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Erasing;

/// <summary>
/// Fits the eraser of recipe balance on rows that arrive in pieces. Of more rows than it keeps, a uniform sample remains (reservoir
/// sampling, Vitter 1985), so that memory is bounded.
/// </summary>
public sealed class EraserFitter
{
    /// <summary>The most rows that are kept.</summary>
    public const int MostRows = 200_000;

    private const double HeldShare = 0.2;

    private readonly IReadOnlyList<EraserColumn> _attributes;
    private readonly EraserColumn? _task;
    private readonly EraserOptions _options;
    private readonly Random _random;
    private readonly List<(float[] Vector, int[] Labels)> _rows = [];
    private long _seen;

    /// <param name="attributes">What to forget, with its classes.</param>
    /// <param name="task">What the vectors are for; null without a task.</param>
    /// <param name="options">How to fit; null for the usual way.</param>
    public EraserFitter(IReadOnlyList<EraserColumn> attributes, EraserColumn? task = null, EraserOptions? options = null)
    {
        (_attributes, _task, _options) = (attributes, task, options ?? new EraserOptions());
        _random = new Random(_options.Seed);
    }

    /// <summary>Takes some rows.</summary>
    /// <param name="vectors">f32 [N, D]; finite.</param>
    /// <param name="attributes">For each attribute the N labels.</param>
    /// <param name="task">The N labels of the task; null without one.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a label has no class.</exception>
    public void Update(Tensor vectors, IReadOnlyList<int[]> attributes, int[]? task = null)
    {
        using var scope = NewDisposeScope();
        using var data = vectors.to_type(ScalarType.Float32).cpu().contiguous().data<float>();
        Update([.. data.ToArray().Chunk((int)vectors.shape[1])], attributes, task);
    }

    /// <inheritdoc cref="Update(Tensor, IReadOnlyList{int[]}, int[])"/>
    /// <param name="vectors">N rows of D finite numbers.</param>
    /// <param name="attributes">For each attribute the N labels.</param>
    /// <param name="task">The N labels of the task; null without one.</param>
    public void Update(float[][] vectors, IReadOnlyList<int[]> attributes, int[]? task = null)
    {
        int[][] labels = [.. attributes, .. task is null ? Array.Empty<int[]>() : [task]];
        Check(vectors, labels);
        for (var row = 0; row < vectors.Length; row++)
        {
            var entry = (vectors[row], labels.Select(column => column[row]).ToArray());
            var place = _seen < MostRows ? _seen : _random.NextInt64(_seen + 1);
            _seen++;
            if (place == _rows.Count)
                _rows.Add(entry);
            else if (place < _rows.Count)
                _rows[(int)place] = entry;
        }
    }

    /// <summary>Fits the eraser on the rows so far.</summary>
    /// <param name="progress">Receives each step.</param>
    /// <param name="cancel">Checked before each step.</param>
    /// <exception cref="InvalidInputException">There are too few rows of a class.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public Eraser Fit(Action<ErasingProgress>? progress = null, CancellationToken cancel = default)
    {
        if (_rows.Count == 0)
            throw new InvalidInputException("rows", "there are none", "Call Update with some");
        var size = _rows[0].Vector.Length;
        using var values = torch.empty(_rows.Count, size);
        foreach (var (row, (vector, _)) in _rows.Index())
            vector.CopyTo(RowTensor.Rows<float>(values, row));
        var columns = _attributes
            .Append(_task)
            .OfType<EraserColumn>()
            .Select((column, i) => new LabelledColumn(column.Name, [.. _rows.Select(row => row.Labels[i])], column.Classes.Count))
            .ToArray();
        var rows = new LabelledRows(values, _task is null ? null : columns[^1], columns[.._attributes.Count]);
        if (rows.TooFew().ToArray() is { Length: > 0 } wrong)
            throw new InvalidInputException(wrong);
        var description = new EraserDescription
        {
            Recipe = BalanceFit.Recipe,
            Size = size,
            Task = _task,
            Attributes = _attributes,
        };
        // Unless the noise is given, it is chosen on rows that nothing was fitted on.
        var order = Enumerable.Range(0, rows.Count).ToArray();
        new Random(_options.Seed).Shuffle(order);
        var held = _options.Noise is null ? (int)(rows.Count * HeldShare) : 0;
        return BalanceFit.Fit(description, rows.Select(order[held..]), rows.Select(order[..held]), _options, progress, cancel);
    }

    private void Check(float[][] vectors, int[][] labels)
    {
        EraserColumn[] columns = [.. _attributes, .. _task is null ? Array.Empty<EraserColumn>() : [_task]];
        if (labels.Length != columns.Length)
            throw new ArgumentException($"{labels.Length} columns of labels for {columns.Length} columns", nameof(labels));
        foreach (var (column, of) in columns.Zip(labels))
            if (of.Length != vectors.Length || of.Any(label => (uint)label >= (uint)column.Classes.Count))
                throw new ArgumentException($"column {column.Name}: a label for each row, below {column.Classes.Count}", nameof(labels));
        var size = _rows.Count > 0 ? _rows[0].Vector.Length : vectors.FirstOrDefault()?.Length;
        if (vectors.Any(vector => vector.Length != size || !vector.All(float.IsFinite)))
            throw new ArgumentException($"every row needs {size} finite numbers", nameof(vectors));
    }
}
