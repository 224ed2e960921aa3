using Efface.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>Two hidden layers with batch norm and dropout.</summary>
internal sealed class MlpAttacker : NeuralAttacker
{
    private const int Width = 256;

    /// <inheritdoc/>
    public override string Name => "mlp";

    /// <inheritdoc/>
    /// <remarks>Batches of such small layers gain nothing from a second thread, whatever their number.</remarks>
    protected override int? Threads(long numbers) => 1;

    /// <inheritdoc/>
    protected override int Epochs(Budget budget) => budget == Budget.Full ? 25 : 12;

    /// <inheritdoc/>
    protected override IReadOnlyList<NeuralSettings> Settings(Budget budget) =>
        budget == Budget.Full ? [new(1, 0.3, 1e-4), new(2, 0.5, 1e-3)] : [new(1, 0.3, 1e-4)];

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Build(AttackProblem problem, NeuralSettings settings, Func<AttackSet> fit, Generator random)
    {
        var width = (long)(Width * settings.Width);
        return Sequential(
            Layers.Linear(problem.TaskClasses + VectorFeatures.Count(problem), width, random, hasBias: false),
            BatchNorm1d(width),
            ReLU(inplace: true),
            new Omission(settings.Dropout, random),
            Layers.Linear(width, width, random, hasBias: false),
            BatchNorm1d(width),
            ReLU(inplace: true),
            new Omission(settings.Dropout, random),
            Layers.Linear(width, problem.AttributeClasses, random)
        );
    }
}
