using Efface.Training;

namespace Efface.Tests.Training;

/// <summary>Keeps what it hears, and does something at each step.</summary>
internal sealed class ToyObserver(Action<StepProgress>? onStep = null) : ITrainingObserver
{
    public List<StepProgress> Steps { get; } = [];

    public List<EpochMetrics> Epochs { get; } = [];

    public void OnStep(StepProgress progress)
    {
        Steps.Add(progress);
        onStep?.Invoke(progress);
    }

    public void OnEpoch(EpochMetrics metrics) => Epochs.Add(metrics);
}
