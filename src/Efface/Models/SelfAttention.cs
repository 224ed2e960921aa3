using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Each token of [B, T, D] becomes a mixture of all, for each head another one (Vaswani et al., NeurIPS 2017), with the parameters of
/// torch's multi-head attention. It computes in the precision of its input.
/// </summary>
internal sealed class SelfAttention : Module<Tensor, Tensor>
{
    // Named as they are registered: moving a module to a device sets the field of that name.
    private readonly Parameter in_proj_weight,
        in_proj_bias;
    private readonly Projection out_proj;

    /// <param name="size">D.</param>
    /// <param name="heads">How many there are; D is a multiple of it.</param>
    /// <param name="random">Initialises the weights as torch does.</param>
    public SelfAttention(long size, long heads, Generator random)
        : base(nameof(SelfAttention))
    {
        Heads = heads;
        (in_proj_weight, in_proj_bias) = (Layers.Zeros(3 * size, size), Layers.Zeros(3 * size));
        Layers.GlorotUniform(in_proj_weight, random);
        out_proj = new Projection(size, size, random);
        RegisterComponents();
    }

    /// <summary>How many different mixtures there are of a token.</summary>
    public long Heads { get; }

    /// <summary>Queries, keys and values, one after the other: f32 [3D, D].</summary>
    public Parameter InWeight => in_proj_weight;

    /// <summary>f32 [3D].</summary>
    public Parameter InBias => in_proj_bias;

    /// <summary>What the heads' outputs, side by side, go through.</summary>
    public Projection Out => out_proj;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (batch, tokens, size) = (input.shape[0], input.shape[1], input.shape[2]);
        // [3, B, heads, T, D / heads]
        var parts = functional
            .linear(input, in_proj_weight.to_type(input.dtype), in_proj_bias.to_type(input.dtype))
            .view(batch, tokens, 3, Heads, size / Heads)
            .permute(2, 0, 3, 1, 4);
        var mixed = functional.scaled_dot_product_attention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
        return out_proj.call(mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();
    }

    /// <summary>For one example, but for those of <see cref="Out"/>.</summary>
    public long MultiplyAdds(long tokens) => tokens * in_proj_weight.numel() + 2 * tokens * tokens * in_proj_weight.shape[1];
}
