using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>
/// The local schedule with a worker for each block: while one block trains on a batch, the block before it trains on the next (principle P3
/// of Guo et al.). No block waits for a gradient, so every weight equals, bit for bit, that of the local schedule with the same number of
/// threads per operation.
/// </summary>
/// <inheritdoc cref="Schedule"/>
internal sealed class PipelinedSchedule(StagedNetwork network, IReadOnlyList<Block> blocks) : Schedule(network, blocks)
{
    /// <summary>Threads per operation in each worker; null divides those of the calling thread.</summary>
    public int? ThreadsEach { get; init; }

    /// <inheritdoc/>
    public override StepResult Step(StepInput input)
    {
        // Passed as a copy: a pipeline disposes its inputs.
        var copy = input with
        {
            Input = Own(input.Input),
            Originals = Own(input.Originals),
            Batch = new(Own(input.Batch.Values), Own(input.Batch.Task), [.. input.Batch.Attributes.Select(Own)]),
        };
        return Run([copy]).Single();

        static Tensor Own(Tensor tensor) => tensor.alias().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override IEnumerable<StepResult> Run(IEnumerable<StepInput> inputs)
    {
        using var line = new Line(Blocks, ThreadsEach ?? Math.Max(1, torch.get_num_threads() / Blocks.Count));
        foreach (var input in inputs)
        {
            line.Put(new BatchInWork(input));
            while (line.TryTake(out var result))
                yield return result;
        }
        foreach (var result in line.Finish())
            yield return result;
    }

    // A batch on its way through the blocks; none of it belongs to a thread's dispose scope.
    private sealed class BatchInWork(StepInput input) : IDisposable
    {
        private readonly List<BlockResult> _results = [];
        private Tensor? _x;

        public void Through(Block block)
        {
            using var scope = NewDisposeScope();
            var result = block.Step((_x ?? input.Input).to(block.Device), input.To(block.Device)).MoveToOuterDisposeScope();
            _x?.Dispose();
            _x = result.Output;
            _results.Add(result);
        }

        public StepResult Result()
        {
            using var scope = NewDisposeScope();
            var result = StepResult.Of(input.Batch.Size, _results).MoveToOuterDisposeScope();
            // A sum stands for its terms.
            foreach (var term in _results.Select(block => block.DetachmentLoss).OfType<Tensor>())
                if (!ReferenceEquals(term, result.DetachmentLoss))
                    term.Dispose();
            _results.Clear();
            Dispose();
            return result;
        }

        public void Dispose()
        {
            input.Dispose();
            _x?.Dispose();
            foreach (var result in _results)
                result.Dispose();
        }
    }

    private sealed class Line : IDisposable
    {
        private readonly BlockingCollection<BatchInWork>[] _queues;
        private readonly Thread[] _workers;
        private readonly CancellationTokenSource _failed = new();
        private readonly int _threadsOfCaller = torch.get_num_threads();
        private ExceptionDispatchInfo? _fault;

        public Line(IReadOnlyList<Block> blocks, int threadsEach)
        {
            // One batch may wait before each block; the last queue holds finished batches, and never blocks.
            _queues =
            [
                .. Enumerable.Range(0, blocks.Count + 1).Select(i => i < blocks.Count ? new BlockingCollection<BatchInWork>(1) : []),
            ];
            _workers =
            [
                .. blocks.Select(
                    (block, i) =>
                        new Thread(() => Work(block, _queues[i], _queues[i + 1], threadsEach))
                        {
                            IsBackground = true,
                            Name = $"block {i + 1}",
                        }
                ),
            ];
            foreach (var worker in _workers)
                worker.Start();
            // Preparing the inputs meanwhile uses no more threads than a worker does.
            torch.set_num_threads(threadsEach);
        }

        public void Put(BatchInWork batch)
        {
            try
            {
                _queues[0].Add(batch, _failed.Token);
            }
            catch (OperationCanceledException)
            {
                batch.Dispose();
                _fault?.Throw();
                throw;
            }
        }

        public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StepResult? result)
        {
            result = _queues[^1].TryTake(out var batch) ? batch.Result() : null;
            return result is not null;
        }

        public IEnumerable<StepResult> Finish()
        {
            _queues[0].CompleteAdding();
            foreach (var batch in _queues[^1].GetConsumingEnumerable())
                yield return batch.Result();
            _fault?.Throw();
        }

        private void Work(Block block, BlockingCollection<BatchInWork> from, BlockingCollection<BatchInWork> to, int threads)
        {
            torch.set_num_threads(threads);
            try
            {
                foreach (var batch in from.GetConsumingEnumerable(_failed.Token))
                {
                    batch.Through(block);
                    to.Add(batch, _failed.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // Another worker's fault: it is reported where the results are awaited.
            }
            catch (Exception fault)
            {
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(fault), null);
                _failed.Cancel();
            }
            finally
            {
                to.CompleteAdding();
            }
        }

        // A caller that stops early lets the current batches pass through, so that all blocks have seen the same.
        public void Dispose()
        {
            _queues[0].CompleteAdding();
            foreach (var worker in _workers)
                worker.Join();
            torch.set_num_threads(_threadsOfCaller);
            foreach (var queue in _queues)
            {
                while (queue.TryTake(out var batch))
                    batch.Dispose();
                queue.Dispose();
            }
            _failed.Dispose();
        }
    }
}
