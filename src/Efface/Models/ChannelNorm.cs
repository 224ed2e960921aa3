using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Layer normalisation over channels (Ba et al., 2016), computed in f32: bf16 has too few digits for a variance. The output has the
/// precision of the input.
/// </summary>
internal sealed class ChannelNorm : Module<Tensor, Tensor>
{
    /// <summary>What is added to the variance.</summary>
    public const double Epsilon = 1e-6;

    // Named as they are registered: moving a module to a device sets the field of that name.
    private readonly Parameter weight,
        bias;

    /// <param name="size">Channels.</param>
    /// <param name="isOfMaps">Whether it reads maps [B, C, H, W]; else the channels are the last dimension.</param>
    public ChannelNorm(long size, bool isOfMaps = false)
        : base(nameof(ChannelNorm))
    {
        (weight, bias, IsOfMaps) = (Layers.Full(1, size), Layers.Zeros(size), isOfMaps);
        RegisterComponents();
    }

    /// <summary>f32 [C].</summary>
    public Parameter Weight => weight;

    /// <summary>f32 [C].</summary>
    public Parameter Bias => bias;

    /// <summary>Whether it reads maps [B, C, H, W]; else the channels are the last dimension.</summary>
    public bool IsOfMaps { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = IsOfMaps ? Permutation.ToChannelsLast(input) : input;
        var y = functional.layer_norm(x.to_type(ScalarType.Float32), weight.shape, weight, bias, Epsilon).to_type(input.dtype);
        return (IsOfMaps ? Permutation.ToMaps(y) : y).MoveToOuterDisposeScope();
    }
}
