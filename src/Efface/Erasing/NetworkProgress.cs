using Efface.Training;

namespace Efface.Erasing;

/// <summary>The training of a network, as a step of fitting an eraser.</summary>
/// <param name="what">Its name.</param>
/// <param name="next">Receives it.</param>
internal sealed class NetworkProgress(string what, Action<ErasingProgress>? next) : ITrainingObserver
{
    /// <inheritdoc/>
    public void OnStep(StepProgress progress) =>
        next?.Invoke(new ErasingProgress(what, (progress.Epoch + (double)progress.Step / progress.Steps) / progress.Epochs));

    /// <inheritdoc/>
    public void OnEpoch(EpochMetrics metrics) { }
}
