using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>The optimiser of one block: SGD with Nesterov's momentum, or Adam; clips the gradient and follows the schedule.</summary>
public sealed class BlockOptimiser : IDisposable
{
    private readonly optim.Optimizer _optimiser;
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly double _rate, _clipNorm;

    private BlockOptimiser(optim.Optimizer optimiser, IReadOnlyList<Parameter> parameters, double rate, double clipNorm)
        => (_optimiser, _parameters, _rate, _clipNorm) = (optimiser, parameters, rate, clipNorm);

    /// <summary>SGD as <paramref name="options"/> say.</summary>
    public static BlockOptimiser Sgd(IReadOnlyList<Parameter> parameters, TrainingOptions options)
        => new(optim.SGD(parameters, options.LearningRate, options.Momentum, weight_decay: options.WeightDecay, nesterov: true), parameters, options.LearningRate, options.ClipNorm);

    /// <summary>Adam with the largest step size <paramref name="rate"/>.</summary>
    public static BlockOptimiser Adam(IReadOnlyList<Parameter> parameters, double rate, TrainingOptions options)
        => new(optim.Adam(parameters, rate), parameters, rate, options.ClipNorm);

    /// <summary>Takes a step with the gradients at hand and forgets them.</summary>
    /// <param name="rateFactor">What the largest step size is multiplied with.</param>
    public void Step(double rateFactor)
    {
        if (_clipNorm > 0) Clip();
        foreach (var group in _optimiser.ParamGroups) group.LearningRate = _rate * rateFactor;
        _optimiser.step();
        _optimiser.zero_grad();
    }

    // As torch's clip_grad_norm_, but the norm stays on the device: no read in the step.
    private void Clip()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gradients = _parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        if (gradients.Length == 0) return;
        var norm = torch.stack(gradients.Select(gradient => gradient.norm())).norm();
        var factor = (_clipNorm / (norm + 1e-6)).clamp(max: 1);
        foreach (var gradient in gradients) gradient.mul_(factor);
    }

    /// <inheritdoc/>
    public void Dispose() => _optimiser.Dispose();
}
