using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Reads a part of a table in batches, a few ahead on a background thread.</summary>
/// <param name="table">The images.</param>
/// <param name="task">The task's column.</param>
/// <param name="attributes">The attributes' columns, in the order of <see cref="Batch.Attributes"/>.</param>
/// <param name="rows">The images to read.</param>
/// <param name="batchSize">The largest number of images in a batch.</param>
internal sealed class BatchLoader(Examples table, Column task, IReadOnlyList<Column> attributes, int[] rows, int batchSize)
{
    private const int Ahead = 3;

    /// <summary>Batches that are gathered in parallel; the order does not depend on it.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How many batches an epoch has.</summary>
    public int Batches => (rows.Length + batchSize - 1) / batchSize;

    /// <summary>How many images an epoch has.</summary>
    public int Images => rows.Length;

    /// <summary>
    /// Every image exactly once. Batches differ by one image at most, so that no small last batch distorts batch statistics. The caller
    /// disposes each batch.
    /// </summary>
    /// <param name="shuffleSeed">The order's seed; null keeps the order of the rows.</param>
    /// <param name="first">The number of the first batch to read, to resume inside an epoch.</param>
    /// <param name="cancel">Ends the epoch early.</param>
    public IEnumerable<Batch> Epoch(int? shuffleSeed = null, int first = 0, CancellationToken cancel = default)
    {
        var order = (int[])rows.Clone();
        if (shuffleSeed is { } seed)
            new Random(seed).Shuffle(order);

        // A queue of pending batches keeps their order, whichever is ready first.
        var coming = new Queue<Task<Batch>>();
        var next = first;
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                for (; next < Batches && coming.Count < Math.Max(Ahead, Workers); next++)
                {
                    int from = (int)((long)order.Length * next / Batches),
                        to = (int)((long)order.Length * (next + 1) / Batches);
                    var before = coming.Count < Workers ? Task.CompletedTask : coming.ElementAt(coming.Count - Workers);
                    coming.Enqueue(GatherAfter(before, order[from..to]));
                }
                if (coming.Count == 0)
                    yield break;
                yield return coming.Dequeue().GetAwaiter().GetResult();
            }
        }
        finally
        {
            foreach (var unread in coming)
                Discard(unread);
        }
    }

    /// <summary>The first images in the order of the rows, at most <paramref name="count"/>; the caller disposes the batch.</summary>
    public Batch First(int count) => Gather(rows[..Math.Min(count, rows.Length)]);

    // At most as many batches are gathered at once as there are workers: each waits for the one that many places before it.
    private async Task<Batch> GatherAfter(Task before, int[] batch)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Task.Run(() => Gather(batch)).ConfigureAwait(false);
    }

    private static void Discard(Task<Batch> unread)
    {
        try
        {
            unread.GetAwaiter().GetResult().Dispose();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // No caller waits for this batch any more, and the fault that ended the epoch is reported separately.
        }
    }

    private Batch Gather(int[] batch)
    {
        using var scope = NewDisposeScope();
        var images = table.Gather(batch).MoveToOuterDisposeScope();
        return new Batch(images, Labels(task), [.. attributes.Select(Labels)]);

        Tensor Labels(Column column) => torch.tensor(batch.Select(row => (long)column.Labels[row]).ToArray()).MoveToOuterDisposeScope();
    }
}
