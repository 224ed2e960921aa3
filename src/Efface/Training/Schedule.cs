using Efface.Data;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>The input of one step; the caller of the step disposes it.</summary>
/// <param name="Input">Normalised examples, [B, C, H, W] or [B, D], in the precision that the network computes in.</param>
/// <param name="Originals">What decoders reconstruct, f32: images in [0, 1], or vectors; without detachment the values as they are.</param>
/// <param name="Batch">The labels.</param>
/// <param name="Strength">The factor on λ3: the ramp, times the probe's factor.</param>
/// <param name="RateFactor">The factor on step sizes, in [0, 1].</param>
public sealed record StepInput(Tensor Input, Tensor Originals, Batch Batch, double Strength, double RateFactor) : IDisposable
{
    /// <summary>The same on <paramref name="device"/>; this one if it is already there.</summary>
    public StepInput To(Device device) =>
        Batch.To(device) is var batch && ReferenceEquals(batch, Batch)
            ? this
            : this with
            {
                Input = Input.to(device),
                Originals = Originals.to(device),
                Batch = batch,
            };

    internal StepInput DetachFromDisposeScope()
    {
        foreach (var tensor in (Tensor[])[Input, Originals, Batch.Values, Batch.Task, .. Batch.Attributes])
            tensor.DetachFromDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Input.Dispose();
        Originals.Dispose();
        Batch.Dispose();
    }
}

/// <summary>The result of one step; scalars on the devices of the blocks, without a graph.</summary>
/// <param name="Images">The number of images in its batch.</param>
/// <param name="TaskLoss">The classifier's cross-entropy in nats.</param>
/// <param name="DetachmentLoss">The sum of the extractor's losses, or null without a detacher.</param>
/// <param name="Correct">The number of images that the classifier got right.</param>
internal sealed record StepResult(int Images, Tensor TaskLoss, Tensor? DetachmentLoss, Tensor Correct)
{
    /// <summary>Combines the results of the blocks.</summary>
    internal static StepResult Of(int images, IReadOnlyList<BlockResult> blocks)
    {
        Tensor? detachment = null;
        foreach (var loss in blocks.Select(block => block.DetachmentLoss).OfType<Tensor>())
            detachment = detachment is null ? loss : detachment + loss.to(detachment.device);
        return new StepResult(images, blocks[^1].TaskLoss!, detachment, blocks[^1].Correct!);
    }

    internal StepResult MoveToOuterDisposeScope()
    {
        foreach (var tensor in new[] { TaskLoss, DetachmentLoss, Correct })
            tensor?.MoveToOuterDisposeScope();
        return this;
    }
}

/// <summary>How batches train the blocks of a network.</summary>
/// <param name="network">In training; not owned.</param>
/// <param name="blocks">All of its stages, in order; owned.</param>
internal abstract class Schedule(StagedNetwork network, IReadOnlyList<Block> blocks) : IDisposable
{
    /// <summary>The network in training.</summary>
    public StagedNetwork Network => network;

    /// <summary>The blocks, from the images to the logits.</summary>
    public IReadOnlyList<Block> Blocks => blocks;

    /// <summary>Whether anything is removed from a representation.</summary>
    public bool Detaches => blocks.Any(block => block.Detacher is not null);

    /// <summary>Trains on one batch; the input still belongs to the caller.</summary>
    public abstract StepResult Step(StepInput input);

    /// <summary>
    /// Trains on one batch after another. Results come in the order of the inputs; if the caller stops early, no batch is left half done.
    /// </summary>
    /// <param name="inputs">Read on demand; disposed here.</param>
    public virtual IEnumerable<StepResult> Run(IEnumerable<StepInput> inputs)
    {
        foreach (var input in inputs)
        {
            StepResult result;
            using (input)
                result = Step(input);
            yield return result;
        }
    }

    /// <summary>
    /// The measurements of detachers since the last call; those of blocks below the last detacher have the number of their block, from 1.
    /// </summary>
    public IReadOnlyDictionary<string, double> Drain()
    {
        var detaching = blocks.Index().Where(entry => entry.Item.Detacher is not null).ToArray();
        return detaching
            .SelectMany(entry =>
                entry
                    .Item.Detacher!.Drain()
                    .Select(measured =>
                        (Name: entry.Index == detaching[^1].Index ? measured.Key : $"block{entry.Index + 1}.{measured.Key}", measured.Value)
                    )
            )
            .ToDictionary(measured => measured.Name, measured => measured.Value);
    }

    /// <summary>All state of training: the network, optimisers and detachers.</summary>
    public void Exchange(Snapshot snapshot)
    {
        snapshot.Exchange("network", network);
        foreach (var (i, block) in blocks.Index())
            block.Exchange(snapshot.Of($"block{i + 1}"));
    }

    /// <summary>Disposes the blocks with their optimisers and detachers, but not the network.</summary>
    public void Dispose()
    {
        foreach (var block in blocks)
            block.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// One block after the other on the calling thread. With one block that is end-to-end training: the task's loss reaches the extractor
/// through the classifier. With several, each learns only from its own loss (the local schedule).
/// </summary>
/// <inheritdoc cref="Schedule"/>
internal sealed class SequentialSchedule(StagedNetwork network, IReadOnlyList<Block> blocks) : Schedule(network, blocks)
{
    /// <inheritdoc/>
    public override StepResult Step(StepInput input)
    {
        using var scope = NewDisposeScope();
        var results = new List<BlockResult>();
        var x = input.Input;
        foreach (var block in Blocks)
        {
            results.Add(block.Step(x.to(block.Device), input.To(block.Device)));
            x = results[^1].Output ?? x;
        }
        return StepResult.Of(input.Batch.Size, results).MoveToOuterDisposeScope();
    }
}
