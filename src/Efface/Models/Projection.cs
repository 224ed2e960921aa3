using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// A linear layer inside a network, [..., inputs] → [..., outputs], that computes in the precision of its input, as
/// <see cref="Convolution"/> does.
/// </summary>
internal sealed class Projection : Module<Tensor, Tensor>
{
    // Named as they are registered: moving a module to a device sets the field of that name.
    private readonly Parameter weight,
        bias;

    /// <param name="inputs">Numbers in.</param>
    /// <param name="outputs">Numbers out.</param>
    /// <param name="random">Initialises the weights; the bias begins at 0.</param>
    public Projection(long inputs, long outputs, Generator random)
        : base(nameof(Projection))
    {
        (weight, bias) = (Layers.Weight(random, outputs, inputs), Layers.Zeros(outputs));
        RegisterComponents();
    }

    /// <summary>f32 [outputs, inputs].</summary>
    public Parameter Weight => weight;

    /// <summary>f32 [outputs].</summary>
    public Parameter Bias => bias;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return functional.linear(input, weight.to_type(input.dtype), bias.to_type(input.dtype)).MoveToOuterDisposeScope();
    }
}
