using Efface.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>The optimiser of one block: clips the gradient and follows the schedule of step sizes.</summary>
public sealed class BlockOptimiser : IDisposable
{
    private readonly Optimiser _optimiser;
    private readonly double _rate,
        _clipNorm;

    private BlockOptimiser(Optimiser optimiser, double clipNorm) => (_optimiser, _rate, _clipNorm) = (optimiser, optimiser.Rate, clipNorm);

    /// <summary>SGD as <paramref name="options"/> say.</summary>
    public static BlockOptimiser Sgd(IReadOnlyList<Parameter> parameters, TrainingOptions options) =>
        new(new Models.Sgd(parameters, options.LearningRate, options.Momentum, options.WeightDecay), options.ClipNorm);

    /// <summary>Adam with the largest step size <paramref name="rate"/>.</summary>
    public static BlockOptimiser Adam(IReadOnlyList<Parameter> parameters, double rate, TrainingOptions options) =>
        new(new Models.Adam(parameters, rate), options.ClipNorm);

    /// <summary>Takes a step with the current gradients and clears them.</summary>
    /// <param name="rateFactor">A factor on the largest step size.</param>
    public void Step(double rateFactor)
    {
        _optimiser.Rate = _rate * rateFactor;
        _optimiser.Step(_clipNorm > 0 ? ClipFactor() : 1);
    }

    /// <summary>Its state between steps.</summary>
    public void Exchange(Snapshot snapshot) => _optimiser.Exchange(snapshot);

    // As torch's clip_grad_norm_. On a device other than the CPU a read would stall the step: there the gradients are multiplied at once.
    private double ClipFactor()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gradients = _optimiser.Gradients();
        if (gradients.Count == 0)
            return 1;
        var norm = torch.stack(gradients.Select(gradient => gradient.norm())).norm();
        var factor = (_clipNorm / (norm + 1e-6)).clamp(max: 1);
        if (factor.device_type == DeviceType.CPU)
            return factor.ToDouble();
        foreach (var gradient in gradients)
            gradient.mul_(factor);
        return 1;
    }

    /// <inheritdoc/>
    public void Dispose() => _optimiser.Dispose();
}
