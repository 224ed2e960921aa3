using Efface.Auditing;
using Efface.Models;
using static TorchSharp.torch;

namespace Efface.Baselines;

/// <summary>Fits a network's last layer again, on what an erasure leaves of the embedding.</summary>
internal static class RefittedHead
{
    /// <summary>Sets its weights.</summary>
    /// <param name="network">Ends in a linear head.</param>
    /// <param name="vectors">What the head gets, f32 [N, D].</param>
    /// <param name="task">The N labels.</param>
    /// <param name="seen">All that the head may see of vectors, f32 [D, m]; null for everything.</param>
    public static void Fit(StagedNetwork network, Tensor vectors, int[] task, Tensor? seen = null)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var head = network.LastLayer;
        // Images have equal weight, as in training.
        using var probe = LinearProbe.Fit(
            seen is null ? vectors : vectors.matmul(seen),
            tensor([.. task.Select(label => (long)label)], device: vectors.device),
            [.. Enumerable.Repeat(1, (int)head.weight.shape[0])]
        );
        var (weight, bias) = probe.Layer();
        head.weight.copy_(seen is null ? weight : weight.matmul(seen.t()));
        head.bias!.copy_(bias);
    }
}
