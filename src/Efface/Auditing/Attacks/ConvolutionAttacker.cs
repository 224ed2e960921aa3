using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Two convolutions on feature maps, then each filter's mean and maximum over all positions: it finds a pattern at any position, whatever
/// its mean, at a tenth of a ResNet18's cost.
/// </summary>
internal sealed class ConvolutionAttacker : MapAttacker
{
    private const long Filters = 32;

    /// <inheritdoc/>
    public override string Name => "convolution";

    /// <inheritdoc/>
    protected override double Rate => 3e-3;

    /// <inheritdoc/>
    protected override int Epochs(Budget budget) => budget == Budget.Full ? 15 : 10;

    /// <inheritdoc/>
    protected override IReadOnlyList<NeuralSettings> Settings(Budget budget) =>
        budget == Budget.Full ? [new(1, 0.2, 1e-4), new(2, 0.5, 1e-3)] : [new(1, 0.2, 1e-4)];

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(AttackProblem problem, NeuralSettings settings, Func<AttackSet> fit, Generator random)
    {
        var filters = (long)(Filters * settings.Width);
        return Sequential(
            Layers.Conv2d(
                problem.Shape[0] + problem.TaskClasses,
                filters,
                3,
                random,
                TakesLargeSteps(problem) ? 2 : 1,
                padding: 1,
                hasBias: false
            ),
            BatchNorm2d(filters),
            ReLU(inplace: true),
            Layers.Conv2d(filters, 2 * filters, 3, random, padding: 1, hasBias: false),
            BatchNorm2d(2 * filters),
            ReLU(inplace: true),
            new MeanAndMaximum(),
            new Omission(settings.Dropout, random),
            Layers.Linear(4 * filters, problem.AttributeClasses, random)
        );
    }

    // [B, C, H, W] → [B, 2C].
    private sealed class MeanAndMaximum() : Module<Tensor, Tensor>(nameof(MeanAndMaximum))
    {
        public override Tensor forward(Tensor input) => torch.cat([input.mean([2, 3]), input.amax([2, 3])], 1);
    }
}
