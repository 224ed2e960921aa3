using Efface.Data;
using Efface.Detachment;
using Efface.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Training;

/// <summary>What one step needs.</summary>
/// <param name="Input">Normalised images, f32 [B, C, H, W].</param>
/// <param name="Images">The same images in [0, 1], for the decoder.</param>
/// <param name="Batch">The labels.</param>
/// <param name="Strength">What λ3 is multiplied with: the ramp, and the pull of a probe.</param>
/// <param name="RateFactor">What step sizes are multiplied with, in [0, 1].</param>
public sealed record StepInput(Tensor Input, Tensor Images, Batch Batch, double Strength, double RateFactor);

/// <summary>What one step gave; scalars on the device, without a graph.</summary>
/// <param name="TaskLoss">The classifier's cross-entropy in nats.</param>
/// <param name="DetachmentLoss">The extractor's loss, or null without a detacher.</param>
/// <param name="Correct">How many images the classifier got right.</param>
public sealed record StepResult(Tensor TaskLoss, Tensor? DetachmentLoss, Tensor Correct);

/// <summary>How one batch trains extractor, detacher and classifier.</summary>
public abstract class Schedule : IDisposable
{
    private readonly BlockOptimiser _extractorOptimiser, _classifierOptimiser;

    /// <summary>Cuts <paramref name="network"/> after stage number <paramref name="split"/>.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="split">The extractor's last stage.</param>
    /// <param name="detacher">Takes the attribute out of h; null for plain training.</param>
    /// <param name="extractorOptimiser">For the stages up to and including the split.</param>
    /// <param name="classifierOptimiser">For the stages after it.</param>
    protected Schedule(StagedNetwork network, int split, Detacher? detacher, BlockOptimiser extractorOptimiser, BlockOptimiser classifierOptimiser)
        => (Network, Split, Detacher, _extractorOptimiser, _classifierOptimiser) = (network, split, detacher, extractorOptimiser, classifierOptimiser);

    /// <summary>The network in training.</summary>
    public StagedNetwork Network { get; }

    /// <summary>Takes the attribute out of h; null for plain training.</summary>
    public Detacher? Detacher { get; }

    /// <summary>The extractor's last stage.</summary>
    protected int Split { get; }

    /// <summary>Trains on one batch.</summary>
    public abstract StepResult Step(StepInput input);

    /// <summary>h, with its graph.</summary>
    protected Tensor Extract(StepInput input) => Network.Run(input.Input, ..(Split + 1));

    /// <summary>The extractor's loss on h.</summary>
    protected Tensor? DetachmentLoss(Tensor h, StepInput input) => Detacher?.Loss(new DetachmentInput(h, input.Images, input.Batch, input.Strength, input.Input));

    /// <summary>The classifier's loss on h, and how many it gets right.</summary>
    protected (Tensor Loss, Tensor Correct) Classify(Tensor h, StepInput input)
    {
        var logits = Network.Run(h, (Split + 1)..);
        return (functional.cross_entropy(logits, input.Batch.Task), logits.detach().argmax(1).eq(input.Batch.Task).sum());
    }

    /// <summary>The extractor's step, its detacher's and the classifier's.</summary>
    protected void StepExtractor(StepInput input)
    {
        _extractorOptimiser.Step(input.RateFactor);
        Detacher?.Step();
    }

    /// <summary>The classifier's step.</summary>
    protected void StepClassifier(StepInput input) => _classifierOptimiser.Step(input.RateFactor);

    /// <summary>The network stays; optimisers and detacher go.</summary>
    public void Dispose()
    {
        _extractorOptimiser.Dispose();
        _classifierOptimiser.Dispose();
        Detacher?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>One backward pass through the whole network: the task's loss reaches the extractor through the classifier.</summary>
/// <param name="network">The network to train.</param>
/// <param name="split">The extractor's last stage.</param>
/// <param name="detacher">Takes the attribute out of h; null for plain training.</param>
/// <param name="extractorOptimiser">For the stages up to and including the split.</param>
/// <param name="classifierOptimiser">For the stages after it.</param>
/// <param name="taskWeight">What the task's loss is multiplied with: λ2, where the detacher has no task head of its own.</param>
public sealed class EndToEndSchedule(StagedNetwork network, int split, Detacher? detacher, BlockOptimiser extractorOptimiser, BlockOptimiser classifierOptimiser, double taskWeight = 1)
    : Schedule(network, split, detacher, extractorOptimiser, classifierOptimiser)
{
    /// <inheritdoc/>
    public override StepResult Step(StepInput input)
    {
        var h = Extract(input);
        var detachment = DetachmentLoss(h, input);
        var (task, correct) = Classify(h, input);
        (detachment is null ? task : taskWeight * task + detachment).backward();
        StepExtractor(input);
        StepClassifier(input);
        return new StepResult(task.detach(), detachment?.detach(), correct);
    }
}

/// <summary>
/// The extractor learns from its detacher alone, the classifier on detached h: neither waits for the other
/// (section 3.3 of Guo et al., after InfoPro, Wang et al., ICLR 2021).
/// </summary>
/// <inheritdoc cref="Schedule(StagedNetwork, int, Detacher, BlockOptimiser, BlockOptimiser)"/>
public sealed class LocalSchedule(StagedNetwork network, int split, Detacher detacher, BlockOptimiser extractorOptimiser, BlockOptimiser classifierOptimiser)
    : Schedule(network, split, detacher, extractorOptimiser, classifierOptimiser)
{
    /// <inheritdoc/>
    public override StepResult Step(StepInput input)
    {
        var h = Extract(input);
        var detachment = DetachmentLoss(h, input)!;
        detachment.backward();
        StepExtractor(input);

        var (task, correct) = Classify(h.detach(), input);
        task.backward();
        StepClassifier(input);
        return new StepResult(task.detach(), detachment.detach(), correct);
    }
}
