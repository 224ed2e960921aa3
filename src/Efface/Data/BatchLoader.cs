using System.Threading.Channels;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Data;

/// <summary>Reads a part of a table in batches, a few of them ahead on a background thread.</summary>
/// <param name="table">The images.</param>
/// <param name="task">The task's column.</param>
/// <param name="attributes">The attributes' columns, in the order of <see cref="Batch.Attributes"/>.</param>
/// <param name="rows">The images to read.</param>
/// <param name="batchSize">At most so many images at a time.</param>
public sealed class BatchLoader(ImageTable table, Column task, IReadOnlyList<Column> attributes, int[] rows, int batchSize)
{
    private const int Ahead = 3;

    /// <summary>How many batches an epoch has.</summary>
    public int Batches => (rows.Length + batchSize - 1) / batchSize;

    /// <summary>How many images an epoch has.</summary>
    public int Images => rows.Length;

    /// <summary>
    /// Every image exactly once. Batches differ by one image at most, so that no small last batch upsets batch statistics.
    /// The caller disposes each batch.
    /// </summary>
    /// <param name="shuffleSeed">The order's seed; null keeps the order of the rows.</param>
    /// <param name="cancel">Ends the epoch early.</param>
    public IEnumerable<Batch> Epoch(int? shuffleSeed = null, CancellationToken cancel = default)
    {
        var order = (int[])rows.Clone();
        if (shuffleSeed is { } seed) new Random(seed).Shuffle(order);

        var queue = Channel.CreateBounded<Batch>(Ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reader = Task.Run(() => Read(order, queue.Writer, stop.Token), CancellationToken.None);
        try
        {
            while (queue.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
                while (queue.Reader.TryRead(out var batch)) yield return batch;
        }
        finally
        {
            stop.Cancel();
            reader.GetAwaiter().GetResult();
            while (queue.Reader.TryRead(out var unread)) unread.Dispose();
        }
    }

    private async Task Read(int[] order, ChannelWriter<Batch> queue, CancellationToken cancel)
    {
        try
        {
            for (var i = 0; i < Batches; i++)
            {
                int from = (int)((long)order.Length * i / Batches), to = (int)((long)order.Length * (i + 1) / Batches);
                await Write(queue, Gather(order[from..to]), cancel).ConfigureAwait(false);
            }
            queue.Complete();
        }
        catch (OperationCanceledException)
        {
            queue.Complete();
        }
        catch (Exception fault)
        {
            queue.Complete(fault);
        }
    }

    private static async Task Write(ChannelWriter<Batch> queue, Batch batch, CancellationToken cancel)
    {
        try
        {
            await queue.WriteAsync(batch, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            batch.Dispose();
            throw;
        }
    }

    private Batch Gather(int[] batch)
    {
        using var scope = NewDisposeScope();
        var index = torch.tensor(batch.Select(row => (long)row).ToArray());
        var images = table.Pixels.index_select(0, index).MoveToOuterDisposeScope();
        return new Batch(images, Labels(task), [.. attributes.Select(Labels)]);

        Tensor Labels(Column column)
            => torch.tensor(batch.Select(row => (long)column.Labels[row]).ToArray()).MoveToOuterDisposeScope();
    }
}
