using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models.Balance;

/// <summary>The decision alone: f32 [B, D] in, one-hot ŷ out, f32 [B, Y].</summary>
internal sealed class VectorDecision : Module<Tensor, Tensor>
{
    /// <param name="shape">Its sizes; without attributes.</param>
    /// <param name="random">Initialises the reader.</param>
    public VectorDecision(BalanceShape shape, Generator random)
        : this(new BalanceErasure(shape, random)) { }

    /// <param name="reader">Reads the task. Owned.</param>
    public VectorDecision(BalanceErasure reader)
        : base(nameof(VectorDecision))
    {
        Reader = reader;
        register_module("reader", reader);
    }

    /// <summary>Reads the task.</summary>
    public BalanceErasure Reader { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (x, folds, _) = Reader.Enter(rows);
        return Reader.Decide(x, folds).MoveToOuterDisposeScope();
    }
}
