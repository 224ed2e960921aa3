using Efface.Data;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>Runs a network over images without training.</summary>
internal static class Evaluation
{
    /// <summary>Images per batch.</summary>
    public const int BatchSize = 500;

    /// <summary>
    /// Passes each batch's normalised images to <paramref name="visit"/>, in order, in evaluation mode and without a graph.
    /// </summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static void Visit(
        StagedNetwork network,
        Normalisation normalisation,
        BatchLoader loader,
        Action<Tensor, Batch> visit,
        CancellationToken cancel = default
    )
    {
        var wasTraining = network.training;
        network.eval();
        var device = network.Device;
        try
        {
            using var noGradient = no_grad();
            foreach (var read in loader.Epoch(cancel: cancel))
                using (read)
                using (NewDisposeScope())
                {
                    var batch = read.To(device);
                    visit(normalisation.Apply(batch.Values), batch);
                }
            // A cancelled epoch ends early.
            cancel.ThrowIfCancellationRequested();
        }
        finally
        {
            network.train(wasTraining);
        }
    }

    /// <summary>The share of images for which the network predicts the task correctly: the fidelity.</summary>
    public static double Fidelity(
        StagedNetwork network,
        Normalisation normalisation,
        BatchLoader loader,
        CancellationToken cancel = default
    )
    {
        var correct = 0L;
        Visit(
            network,
            normalisation,
            loader,
            (input, batch) => correct += network.call(input).argmax(1).eq(batch.Task).sum().ToInt64(),
            cancel
        );
        return (double)correct / loader.Images;
    }
}
