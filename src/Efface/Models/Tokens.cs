using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>Maps [B, D, H, W] as tokens [B, H·W, D].</summary>
internal sealed class PatchTokens() : Module<Tensor, Tensor>(nameof(PatchTokens))
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return input.flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}

/// <summary>Puts a learned token before all others: [B, T, D] → [B, 1 + T, D].</summary>
internal sealed class ClassToken : Module<Tensor, Tensor>
{
    // Named as it is registered: moving a module to a device sets the field of that name.
    private readonly Parameter class_token;

    /// <param name="size">D.</param>
    public ClassToken(long size)
        : base(nameof(ClassToken))
    {
        class_token = Layers.Zeros(1, 1, size);
        RegisterComponents();
    }

    /// <summary>f32 [1, 1, D].</summary>
    public Parameter Token => class_token;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return torch.cat([class_token.to_type(input.dtype).expand(input.shape[0], -1, -1), input], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>Adds a learned vector for each place to tokens [B, T, D].</summary>
internal sealed class PositionEmbedding : Module<Tensor, Tensor>
{
    // Named as it is registered: moving a module to a device sets the field of that name.
    private readonly Parameter pos_embedding;

    /// <param name="tokens">T.</param>
    /// <param name="size">D.</param>
    public PositionEmbedding(long tokens, long size)
        : base(nameof(PositionEmbedding))
    {
        pos_embedding = Layers.Zeros(1, tokens, size);
        RegisterComponents();
    }

    /// <summary>f32 [1, T, D].</summary>
    public Parameter Positions => pos_embedding;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return (input + pos_embedding.to_type(input.dtype)).MoveToOuterDisposeScope();
    }
}

/// <summary>The first of the tokens: [B, T, D] → [B, D].</summary>
internal sealed class FirstToken() : Module<Tensor, Tensor>(nameof(FirstToken))
{
    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => input.select(1, 0);
}
