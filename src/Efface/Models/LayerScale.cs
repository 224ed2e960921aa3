using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>A learned factor on each channel of maps [B, C, H, W], small at first (Touvron et al., ICCV 2021).</summary>
internal sealed class LayerScale : Module<Tensor, Tensor>
{
    // Named as it is registered: moving a module to a device sets the field of that name.
    private readonly Parameter layer_scale;

    /// <param name="size">Channels.</param>
    /// <param name="start">The factor at first.</param>
    public LayerScale(long size, double start)
        : base(nameof(LayerScale))
    {
        layer_scale = Layers.Full(start, size, 1, 1);
        RegisterComponents();
    }

    /// <summary>f32 [C, 1, 1].</summary>
    public Parameter Factors => layer_scale;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return (input * layer_scale.to_type(input.dtype)).MoveToOuterDisposeScope();
    }
}
