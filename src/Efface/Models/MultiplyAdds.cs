using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Counts the multiplications of convolutions, linear layers and attention, stage by stage.</summary>
public static class MultiplyAdds
{
    /// <summary>Multiply-adds of each stage for one example of shape [C, H, W] or [D].</summary>
    public static long[] Count(StagedNetwork network, long[] input)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var wasTraining = network.training;
        network.eval();
        var counts = new long[network.Stages.Count];
        var x = torch.zeros([1, .. input], device: network.Device);
        for (var i = 0; i < counts.Length; i++)
        {
            var stage = i;
            var hooks = network
                .Stages[i]
                .Modules.SelectMany(entry => entry.Module.modules().Prepend(entry.Module))
                .Distinct()
                .OfType<Module<Tensor, Tensor>>()
                .Where(module =>
                    module is Convolution or Projection or SelfAttention or TorchSharp.Modules.Conv2d or TorchSharp.Modules.Linear
                )
                .Select(module =>
                    module.register_forward_hook(
                        (layer, _, output) =>
                        {
                            counts[stage] += Of(layer, output.shape);
                            return output;
                        }
                    )
                )
                .ToArray();
            x = network.Run(x, i..(i + 1));
            foreach (var hook in hooks)
                hook.remove();
        }
        network.train(wasTraining);
        return counts;
    }

    /// <summary>The stage whose end is nearest to half of the network's multiply-adds: the paper's split "in the middle".</summary>
    public static string MiddleStage(StagedNetwork network, long[] input)
    {
        var counts = Count(network, input);
        var half = counts.Sum() / 2.0;
        var end = 0L;
        return network
            .Stages.Zip(counts, (stage, count) => (Stage: stage, Distance: Math.Abs((end += count) - half)))
            .Where(entry => entry.Stage.EndsLayer)
            .MinBy(entry => entry.Distance)
            .Stage.Name;
    }

    private static long Of(Module layer, long[] output) =>
        layer switch
        {
            Convolution convolution => Layout.Size(output) * Layout.Size(convolution.Weight.shape[1..]),
            Projection projection => Layout.Size(output) * projection.Weight.shape[1],
            SelfAttention attention => attention.MultiplyAdds(output[1]),
            TorchSharp.Modules.Conv2d convolution => Layout.Size(output) * Layout.Size(convolution.weight.shape[1..]),
            TorchSharp.Modules.Linear linear => Layout.Size(output) * linear.weight.shape[1],
            _ => 0,
        };
}
