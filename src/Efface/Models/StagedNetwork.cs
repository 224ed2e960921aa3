using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>A named part of a network: its modules run in order.</summary>
/// <param name="Name">The stage's name; a split is such a name. <c>layer2.0</c> ends inside layer2, <c>layer2</c> at its end.</param>
/// <param name="Modules">Modules under the names of their parameters (torchvision's, if it has such a network).</param>
public sealed record Stage(string Name, IReadOnlyList<(string Name, Module<Tensor, Tensor> Module)> Modules)
{
    /// <summary>A stage of one module with the stage's own name.</summary>
    public Stage(string name, Module<Tensor, Tensor> module)
        : this(name, name, module) { }

    /// <summary>A stage of one module.</summary>
    public Stage(string name, string moduleName, Module<Tensor, Tensor> module)
        : this(name, [(moduleName, module)]) { }

    /// <summary>A stage of the architecture's layers: the last block of a layer ends it.</summary>
    internal static Stage InLayer(int layer, int block, int blocks, IReadOnlyList<(string Name, Module<Tensor, Tensor> Module)> modules) =>
        new(block == blocks - 1 ? $"layer{layer}" : $"layer{layer}.{block}", modules);

    /// <summary>Whether it ends where a layer of the architecture ends: only such stages are reported and chosen.</summary>
    public bool EndsLayer => !Name.Contains('.', StringComparison.Ordinal);
}

/// <summary>
/// A network as an ordered list of named stages. No other part of Efface knows an architecture: a split is a stage's name, the extractor is
/// every stage up to and including it, the classifier is the rest (principle P4 of Guo et al.).
/// </summary>
public sealed class StagedNetwork : NamedModules
{
    /// <summary>The name of the stage whose output is the pooled embedding [B, D].</summary>
    public const string Embedding = "embedding";

    /// <summary>The name of the last stage, whose output is the logits [B, classes].</summary>
    public const string Head = "head";

    // Null if all stages are on one device.
    private Device[]? _devices;

    /// <summary>Builds a network, which owns the modules.</summary>
    /// <exception cref="ArgumentException">The name of a stage or a parameter appears twice.</exception>
    public StagedNetwork(IReadOnlyList<Stage> stages)
        : base(nameof(StagedNetwork), [.. stages.SelectMany(stage => stage.Modules)])
    {
        if (stages.Select(stage => stage.Name).Distinct().Count() != stages.Count)
            throw new ArgumentException("two stages of one name", nameof(stages));
        Stages = stages;
    }

    /// <summary>The device of the first stage.</summary>
    public Device Device => DeviceOf(0);

    /// <summary>The device of a stage.</summary>
    public Device DeviceOf(int stage) => _devices?[stage] ?? parameters().First().device;

    /// <summary>Moves stages to different devices; activations follow.</summary>
    /// <param name="deviceOf">From the stage's number.</param>
    public void Place(Func<int, Device> deviceOf)
    {
        _devices = [.. Enumerable.Range(0, Stages.Count).Select(deviceOf)];
        for (var stage = 0; stage < Stages.Count; stage++)
            foreach (var (_, module) in Stages[stage].Modules)
                module.to(_devices[stage]);
    }

    /// <summary>The stages, from the image to the logits.</summary>
    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>The layer that ends the head: [classes, D] weights on the embedding.</summary>
    /// <exception cref="InvalidInputException">There is no head.</exception>
    public Linear LastLayer => (Linear)Stages[IndexOf(Head)].Modules[^1].Module;

    /// <summary>The index of the stage called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is no such stage.</exception>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Stages.Count; i++)
            if (Stages[i].Name == name)
                return i;
        throw new InvalidInputException(
            $"stage '{name}'",
            "the network has no such stage",
            $"Its stages are {string.Join(", ", Stages.Select(stage => stage.Name))}"
        );
    }

    /// <summary>Images f32 [B, C, H, W] or vectors f32 [B, D] in, logits [B, classes] out.</summary>
    public override Tensor forward(Tensor input) => Run(input, ..);

    /// <summary>Runs some of the stages: <c>..(split + 1)</c> is the extractor, <c>(split + 1)..</c> the classifier.</summary>
    public Tensor Run(Tensor input, Range stages)
    {
        var (start, length) = stages.GetOffsetAndLength(Stages.Count);
        var x = input;
        for (var i = start; i < start + length; i++)
        {
            if (_devices is not null)
                x = Next(x, input, x.to(_devices[i]));
            x = Next(x, input, InOrder(Stages[i].Modules.Select(entry => entry.Module), x));
        }
        return x;
    }

    /// <summary>The parameters of some of the stages.</summary>
    public IReadOnlyList<Parameter> Parameters(Range stages)
    {
        var (start, length) = stages.GetOffsetAndLength(Stages.Count);
        return [.. Stages.Skip(start).Take(length).SelectMany(stage => stage.Modules).SelectMany(entry => entry.Module.parameters())];
    }

    /// <summary>The shape of each stage's output for one example: [D], [T, D] or [C, H, W].</summary>
    /// <param name="input">The shape of one example: [C, H, W] or [D].</param>
    public IReadOnlyList<long[]> OutputShapes(long[] input)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var wasTraining = training;
        eval();
        var x = torch.zeros([1, .. input], device: Device);
        var shapes = new List<long[]>();
        for (var i = 0; i < Stages.Count; i++)
        {
            x = Run(x, i..(i + 1));
            shapes.Add(x.shape[1..]);
        }
        train(wasTraining);
        return shapes;
    }
}
