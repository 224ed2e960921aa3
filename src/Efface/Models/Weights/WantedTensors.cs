using static TorchSharp.torch;

namespace Efface.Models.Weights;

/// <summary>The tensors that a network needs, by torchvision's names.</summary>
/// <param name="All">Parameters and buffers, in the network's order.</param>
/// <param name="Head">The names of the last layer's: its classes are the task's own.</param>
internal sealed record WantedTensors(IReadOnlyDictionary<string, Tensor> All, IReadOnlySet<string> Head)
{
    // Batch norm counts batches; PyTorch before 0.4.1 did not save how many.
    private const string Count = "num_batches_tracked";

    /// <summary>The tensors of a network that ends in a head.</summary>
    public static WantedTensors Of(StagedNetwork network)
    {
        var head = network.LastLayer.parameters().Select(parameter => parameter.Handle).ToHashSet();
        return new WantedTensors(
            network.state_dict(),
            network.named_parameters().Where(entry => head.Contains(entry.parameter.Handle)).Select(entry => entry.name).ToHashSet()
        );
    }

    /// <summary>Whether a file may lack it.</summary>
    public static bool IsOptional(string name) => name.EndsWith(Count, StringComparison.Ordinal);

    /// <summary>The names without which it is another network.</summary>
    public IEnumerable<string> Body => All.Keys.Where(name => !Head.Contains(name) && !IsOptional(name));

    /// <summary>Whether a stored shape is the wanted one: layers that are linear here are convolutions of one place elsewhere.</summary>
    public bool Fits(string name, long[] shape) => Fits(shape, All[name].shape);

    private static bool Fits(long[] stored, long[] wanted) =>
        stored.SequenceEqual(wanted)
        || stored.Length != wanted.Length
            && stored.FirstOrDefault() == wanted.FirstOrDefault()
            && stored.Length * wanted.Length > 0
            && Layout.Size(stored) == Layout.Size(wanted);
}
