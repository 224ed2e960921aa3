using Efface.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing;

/// <summary>The one list of attackers.</summary>
public static class Attackers
{
    /// <summary>Every attacker that an audit sends.</summary>
    public static IReadOnlyList<IAttacker> All { get; } = [new LookupAttacker(), new LinearAttacker(), new NearestNeighboursAttacker(), new TreesAttacker(), new MlpAttacker(), new ResNetAttacker()];
}

/// <summary>A network on vectors; of a map it sees <see cref="VectorFeatures"/>.</summary>
public abstract class VectorAttacker : NeuralAttacker
{
    /// <inheritdoc/>
    /// <remarks>Such small operations gain nothing from a second thread, and on a busy machine lose ten times their time waiting for it.</remarks>
    protected override int? Threads => 1;

    /// <inheritdoc/>
    protected override Tensor Prepare(Tensor values) => VectorFeatures.Of(values);

    /// <summary>How many numbers the network gets: features, and y one-hot where it is known.</summary>
    protected static long Inputs(AttackProblem problem) => problem.TaskClasses + VectorFeatures.Count(problem);
}

/// <summary>Two hidden layers with batch norm and dropout.</summary>
public sealed class MlpAttacker : VectorAttacker
{
    private const int Width = 256;

    /// <inheritdoc/>
    public override string Name => "mlp";

    /// <inheritdoc/>
    protected override int Epochs => 15;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(AttackProblem problem, Device device) => Sequential(
        Linear(Inputs(problem), Width, hasBias: false), BatchNorm1d(Width), ReLU(inplace: true), Dropout(0.3),
        Linear(Width, Width, hasBias: false), BatchNorm1d(Width), ReLU(inplace: true), Dropout(0.3),
        Linear(Width, problem.AttributeClasses));
}

/// <summary>A ResNet18 on feature maps: the paper's decoder (section 4.1 of Guo et al.), at half its width.</summary>
public sealed class ResNetAttacker : NeuralAttacker
{
    /// <inheritdoc/>
    public override string Name => "resnet18";

    /// <inheritdoc/>
    protected override int Epochs => 5;

    /// <inheritdoc/>
    protected override int FewestSteps => 150;

    /// <inheritdoc/>
    public override bool Reads(AttackProblem problem) => problem.IsMap;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(AttackProblem problem, Device device) => Backbones.Create(new BackboneOptions
    {
        Model = "resnet18",
        Stem = "cifar",
        Width = 0.5,
        Channels = (int)problem.Shape[0] + problem.TaskClasses,
        Classes = problem.AttributeClasses,
    });
}
