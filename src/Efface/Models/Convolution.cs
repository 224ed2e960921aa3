using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// A convolution without bias that computes in the precision of its input. Its weights stay f32: what bf16 computes with is a copy
/// of the moment, and the gradient comes back through it (mixed precision with master weights: Micikevicius et al., ICLR 2018).
/// </summary>
public sealed class Convolution : Module<Tensor, Tensor>
{
    private readonly long[] _stride, _padding;

    // Under the name that it is registered by: who moves a module to a device sets the field of that name.
    private readonly Parameter weight;

    /// <summary>f32 [outputs, inputs, kernel, kernel].</summary>
    public Parameter Weight => weight;

    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Its side, odd; the padding keeps the size.</param>
    /// <param name="stride">Pixels from one place to the next.</param>
    public Convolution(long inputs, long outputs, long kernel, long stride = 1) : base(nameof(Convolution))
    {
        (_stride, _padding) = ([stride, stride], [kernel / 2, kernel / 2]);
        weight = new Parameter(torch.empty(outputs, inputs, kernel, kernel));
        // It is the module's, in whatever scope that is made.
        weight.DetachFromDisposeScope();
        init.kaiming_uniform_(weight, a: Math.Sqrt(5));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (input.dtype == weight.dtype) return functional.conv2d(input, weight, null, _stride, _padding);
        using var scope = NewDisposeScope();
        return functional.conv2d(input, weight.to_type(input.dtype), null, _stride, _padding).MoveToOuterDisposeScope();
    }
}

/// <summary>From here on everything is f32: pooled vectors cost nothing, and losses need the digits.</summary>
internal sealed class SinglePrecision() : Module<Tensor, Tensor>(nameof(SinglePrecision))
{
    public override Tensor forward(Tensor input) => input.dtype == ScalarType.Float32 ? input.alias() : input.to_type(ScalarType.Float32);
}
