using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Benchmarks;

/// <summary>A stream of random tensors that depends on its seed alone.</summary>
public sealed class Draws(int seed) : IDisposable
{
    private readonly Generator _generator = new((ulong)seed, CPU);

    /// <summary>f32, standard normal.</summary>
    public Tensor Normal(params long[] shape) => torch.randn(shape, generator: _generator);

    /// <summary>f32 in [0, 1).</summary>
    public Tensor Uniform(params long[] shape) => torch.rand(shape, generator: _generator);

    /// <summary>f32 [N] of 1 with this probability, and -1.</summary>
    public Tensor Signs(long count, double probability = 0.5) => (Uniform(count) < probability).to_type(ScalarType.Float32) * 2 - 1;

    /// <summary>A number below <paramref name="end"/>.</summary>
    public int Index(int end) => (int)(Uniform(1).ToSingle() * end);

    /// <summary>f64 [D, D], orthogonal.</summary>
    public Tensor Rotation(long size) => linalg.qr(Normal(size, size).to_type(ScalarType.Float64)).Q;

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
