using Efface.Models.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// A ResNet18 on feature maps: the paper's decoder (section 4.1 of Guo et al.), at half its width; in a quick audit at a quarter, which
/// costs a fourth.
/// </summary>
internal sealed class ResNetAttacker : MapAttacker
{
    /// <inheritdoc/>
    public override string Name => "resnet18";

    /// <inheritdoc/>
    protected override int FewestSteps => 150;

    /// <inheritdoc/>
    protected override int Epochs(Budget budget) => budget == Budget.Full ? 8 : 5;

    /// <inheritdoc/>
    protected override IReadOnlyList<NeuralSettings> Settings(Budget budget) => [new(budget == Budget.Full ? 0.5 : 0.25, 0, 1e-4)];

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(
        AttackProblem problem,
        NeuralSettings settings,
        Func<AttackSet> fit,
        Generator random
    ) =>
        Backbones.Create(
            new BackboneOptions
            {
                Model = "resnet18",
                Stem = TakesLargeSteps(problem) ? "fast" : "cifar",
                Width = settings.Width,
                Channels = (int)problem.Shape[0] + problem.TaskClasses,
                Classes = problem.AttributeClasses,
            },
            random
        );
}
