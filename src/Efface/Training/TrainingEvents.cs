using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>One epoch's numbers: a line of metrics.jsonl.</summary>
public sealed record EpochMetrics
{
    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The total number.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mean cross-entropy of the classifier, nats.</summary>
    public required double TaskLoss { get; init; }

    /// <summary>Mean loss of the extractor; null without detachment.</summary>
    public double? DetachmentLoss { get; init; }

    /// <summary>What the detacher measured: information in bits, reconstruction error.</summary>
    public required IReadOnlyDictionary<string, double> Information { get; init; }

    /// <summary>
    /// What a fresh probe read on validation beyond y, by attribute, in balanced accuracy; null if none was due after this epoch.
    /// </summary>
    public IReadOnlyDictionary<string, double>? ProbedLeaks { get; init; }

    /// <summary>The factor on λ3 from the next epoch on, set by the probe; null without a probe.</summary>
    public double? Pull { get; init; }

    /// <summary>Accuracy of the task on augmented training images, while training.</summary>
    public required double TrainingFidelity { get; init; }

    /// <summary>Accuracy of the task on validation.</summary>
    public required double Fidelity { get; init; }

    /// <summary>Seconds of training, without evaluation.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images per second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Largest resident memory of the process so far, bytes.</summary>
    public required long PeakMemory { get; init; }
}

/// <summary>The progress of training.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Epochs">The total number.</param>
/// <param name="Step">Within the epoch, from 1.</param>
/// <param name="Steps">Steps per epoch.</param>
/// <param name="ImagesPerSecond">In this epoch so far.</param>
/// <param name="Remaining">Until the last epoch's end, at this speed.</param>
public sealed record StepProgress(int Epoch, int Epochs, int Step, int Steps, double ImagesPerSecond, TimeSpan Remaining);

/// <summary>Watches a training.</summary>
public interface ITrainingObserver
{
    /// <summary>Called after each step.</summary>
    void OnStep(StepProgress progress);

    /// <summary>Called after each epoch.</summary>
    void OnEpoch(EpochMetrics metrics);

    /// <summary>
    /// Called after some epochs, where a decoder reconstructs images from h: a few validation images side by side above their
    /// reconstructions.
    /// </summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="picture">u8 [C, H, W]; disposed afterwards.</param>
    void OnReconstructions(int epoch, Tensor picture) { }
}
