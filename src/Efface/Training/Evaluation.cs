using Efface.Data;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Runs a network over images without learning.</summary>
public static class Evaluation
{
    /// <summary>Images at a time.</summary>
    public const int BatchSize = 500;

    /// <summary>
    /// Hands each batch's normalised images to <paramref name="visit"/>, in order, in evaluation mode and without a graph.
    /// </summary>
    public static void Visit(StagedNetwork network, Normalisation normalisation, BatchLoader loader, Action<Tensor, Batch> visit)
    {
        var wasTraining = network.training;
        network.eval();
        var device = network.Device;
        using (no_grad())
            foreach (var read in loader.Epoch())
                using (read)
                using (NewDisposeScope())
                {
                    var batch = read.To(device);
                    visit(normalisation.Apply(batch.Images), batch);
                }
        network.train(wasTraining);
    }

    /// <summary>The share of images whose task the network gets right: the fidelity.</summary>
    public static double Fidelity(StagedNetwork network, Normalisation normalisation, BatchLoader loader)
    {
        var correct = 0L;
        Visit(network, normalisation, loader, (input, batch) => correct += network.call(input).argmax(1).eq(batch.Task).sum().ToInt64());
        return (double)correct / loader.Images;
    }
}
