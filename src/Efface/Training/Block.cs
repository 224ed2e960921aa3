using Efface.Detachment;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Training;

/// <summary>
/// Some stages that are trained together, from their own losses: the output of the block before carries no gradient back (section 3.3 of
/// Guo et al., after InfoPro, Wang et al., ICLR 2021). One block of all stages is end-to-end training.
/// </summary>
/// <param name="network">The whole network; not owned.</param>
/// <param name="stages">The block's.</param>
public sealed class Block(StagedNetwork network, Range stages) : IDisposable
{
    private readonly int _first = stages.Start.GetOffset(network.Stages.Count),
        _end = stages.End.GetOffset(network.Stages.Count);

    /// <summary>Removes the attribute from a stage's output; owned; null for none.</summary>
    public Detacher? Detacher { get; init; }

    /// <summary>The stage whose output goes to <see cref="Detacher"/>; null for the block's last.</summary>
    public int? DetachedStage { get; init; }

    /// <summary>For the block's parameters; owned.</summary>
    public required IReadOnlyList<BlockOptimiser> Optimisers { get; init; }

    /// <summary>
    /// The factor on the task's loss if the block has both a detacher and the logits: λ2, if the detacher has no task head of its own.
    /// </summary>
    public double TaskWeight { get; init; } = 1;

    /// <summary>The weight of each class of the task in its loss; null for equal weights.</summary>
    public float[]? ClassWeights { get; init; }

    /// <summary>Whether inner activations are computed again instead of being kept (Chen et al., 2016: sublinear memory).</summary>
    public bool Recomputes { get; init; }

    /// <summary>The device it computes on.</summary>
    public Device Device { get; } = network.DeviceOf(stages.Start.GetOffset(network.Stages.Count));

    private bool Classifies => _end == network.Stages.Count;

    /// <summary>The stage whose output goes to <see cref="Detacher"/>.</summary>
    internal int Detached => DetachedStage ?? _end - 1;

    /// <summary>Trains on one batch.</summary>
    /// <param name="x">The output of the block before, without a graph; for the first block the images.</param>
    /// <param name="input">Labels, images and step sizes, on the block's device.</param>
    public BlockResult Step(Tensor x, StepInput input)
    {
        using var scope = NewDisposeScope();
        var result = Recomputes ? StepPiecewise(x, input) : Backward(x, _first.._end, null, input).Result;
        foreach (var optimiser in Optimisers)
            optimiser.Step(input.RateFactor);
        Detacher?.Step();
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The state of optimisers and detacher between steps; the network's weights are not the block's.</summary>
    public void Exchange(Snapshot snapshot)
    {
        foreach (var (i, optimiser) in Optimisers.Index())
            optimiser.Exchange(snapshot.Of($"optimiser{i}"));
        Detacher?.Exchange(snapshot.Of("detacher"));
    }

    // Forward without a graph, keeping the input of each stage; then backward stage by stage, each with its own graph.
    private BlockResult StepPiecewise(Tensor x, StepInput input)
    {
        var given = new List<Tensor> { x };
        using (no_grad())
            for (var stage = _first; stage < _end - 1; stage++)
                given.Add(network.Run(given[^1], stage..(stage + 1)));
        Tensor? gradient = null;
        var result = new BlockResult(null, null, null, null);
        for (var stage = _end - 1; stage >= _first; stage--)
        {
            using var scope = NewDisposeScope();
            using var statistics = stage < _end - 1 ? new KeptStatistics(network.Stages[stage]) : null;
            var leaf = stage > _first ? given[stage - _first].detach().requires_grad_(true) : x;
            // A stage may begin with an in-place operation, which a leaf does not allow.
            var (part, _) = Backward(leaf.requires_grad ? leaf.alias() : leaf, stage..(stage + 1), gradient, input);
            gradient?.Dispose();
            gradient = leaf.grad?.MoveToOuterDisposeScope();
            result = result.With(part).MoveToOuterDisposeScope();
        }
        return result;
    }

    // Runs some of the stages, and backpropagates their losses and the gradient of their output.
    private (BlockResult Result, Tensor Output) Backward(Tensor x, Range some, Tensor? gradient, StepInput input)
    {
        var (first, end) = (some.Start.Value, some.End.Value);
        Tensor? detachment = null,
            task = null,
            correct = null;
        if (Detacher is not null && Detached >= first && Detached < end)
        {
            x = network.Run(x, first..(Detached + 1));
            first = Detached + 1;
            detachment = Detacher.Loss(
                new DetachmentInput(x.to_type(ScalarType.Float32), input.Originals, input.Batch, input.Strength, input.Input)
            );
        }
        x = network.Run(x, first..end);
        if (end == network.Stages.Count)
        {
            task = functional.cross_entropy(
                x,
                input.Batch.Task,
                ClassWeights is null ? null : torch.tensor(ClassWeights, device: x.device)
            );
            correct = x.detach().argmax(1).eq(input.Batch.Task).sum();
        }
        var loss = (detachment, task) switch
        {
            (null, null) => null,
            (null, _) => task,
            (_, null) => detachment,
            _ => TaskWeight * task + detachment,
        };
        if (gradient is null)
            loss!.backward();
        else
            torch.autograd.backward(loss is null ? [x] : [loss, x], loss is null ? [gradient] : [torch.ones_like(loss), gradient]);
        return (new BlockResult(end == _end && !Classifies ? x.detach() : null, detachment?.detach(), task?.detach(), correct), x);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var optimiser in Optimisers)
            optimiser.Dispose();
        Detacher?.Dispose();
    }

    // Running means and variances already include this batch; the second pass over it must not count.
    private sealed class KeptStatistics(Stage stage) : IDisposable
    {
        private readonly (Tensor Buffer, Tensor Value)[] _kept =
        [
            .. stage
                .Modules.SelectMany(entry => entry.Module.buffers())
                .Select(buffer => (buffer, buffer.clone().DetachFromDisposeScope())),
        ];

        public void Dispose()
        {
            using var noGradient = no_grad();
            foreach (var (buffer, value) in _kept)
            {
                buffer.copy_(value);
                value.Dispose();
            }
        }
    }
}

/// <summary>The result of one block in a step; no tensor has a graph.</summary>
/// <param name="Output">The input of the next block; null from the last.</param>
/// <param name="DetachmentLoss">The loss of its detacher, a scalar; null without one.</param>
/// <param name="TaskLoss">Cross-entropy of the logits in nats, a scalar; null from all but the last.</param>
/// <param name="Correct">The number of images that the logits classify correctly, a scalar; null from all but the last.</param>
public sealed record BlockResult(Tensor? Output, Tensor? DetachmentLoss, Tensor? TaskLoss, Tensor? Correct) : IDisposable
{
    internal BlockResult With(BlockResult other) =>
        new(Output ?? other.Output, DetachmentLoss ?? other.DetachmentLoss, TaskLoss ?? other.TaskLoss, Correct ?? other.Correct);

    internal BlockResult MoveToOuterDisposeScope()
    {
        foreach (var tensor in new[] { Output, DetachmentLoss, TaskLoss, Correct })
            tensor?.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { Output, DetachmentLoss, TaskLoss, Correct })
            tensor?.Dispose();
    }
}
