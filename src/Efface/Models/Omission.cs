using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Models;

/// <summary>
/// Leaves out a share of all numbers while training (dropout: Srivastava et al., JMLR 2014), or that share of a batch's examples
/// (stochastic depth: Huang et al., ECCV 2016), and enlarges the others. Which ones follows from a seed and a count, so that it needs no
/// generator that outlives the building of the network, and a resumed training leaves out the same.
/// </summary>
internal sealed class Omission : Module<Tensor, Tensor>
{
    private readonly double _share;
    private readonly bool _ofExamples;
    private long _seed,
        _count;

    /// <param name="share">In [0, 1).</param>
    /// <param name="random">Draws the seed.</param>
    /// <param name="ofExamples">Whether an example is left out as a whole.</param>
    public Omission(double share, Generator random, bool ofExamples = false)
        : base(nameof(Omission))
    {
        using var seed = randint(long.MaxValue, [1], ScalarType.Int64, generator: random);
        (_share, _ofExamples, _seed) = (share, ofExamples, seed.ToInt64());
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (!training || _share == 0)
            return input.alias();
        using var scope = NewDisposeScope();
        using var random = new Generator(unchecked((ulong)(_seed + _count)));
        long[] shape = _ofExamples ? [input.shape[0], .. Enumerable.Repeat(1L, input.shape.Length - 1)] : input.shape;
        var kept = empty(shape).bernoulli_(1 - _share, random).div_(1 - _share);
        // A batch whose activations are computed again passes twice, first without a graph: it loses the same both times.
        if (is_grad_enabled())
            _count++;
        return (input * kept.to(input.dtype, input.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Its state between two batches.</summary>
    public void Exchange(Snapshot snapshot) => (_seed, _count) = (snapshot.Exchange("seed", _seed), snapshot.Exchange("count", _count));
}
