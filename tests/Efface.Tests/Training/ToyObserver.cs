using Efface.Training;
using static TorchSharp.torch;

namespace Efface.Tests.Training;

/// <summary>Keeps what it hears, and does something at each step.</summary>
internal sealed class ToyObserver(Action<StepProgress>? onStep = null) : ITrainingObserver
{
    public List<StepProgress> Steps { get; } = [];

    public List<EpochMetrics> Epochs { get; } = [];

    /// <summary>The epoch, height and width of each picture, and its pixels: u8 [3, H, W].</summary>
    public List<(int Epoch, long Height, long Width, byte[] Pixels)> Pictures { get; } = [];

    public void OnStep(StepProgress progress)
    {
        Steps.Add(progress);
        onStep?.Invoke(progress);
    }

    public void OnEpoch(EpochMetrics metrics) => Epochs.Add(metrics);

    public void OnReconstructions(int epoch, Tensor picture) =>
        Pictures.Add((epoch, picture.shape[1], picture.shape[2], picture.contiguous().data<byte>().ToArray()));
}
