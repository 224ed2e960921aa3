using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// Moves parameters against their gradients, in place. Our own for two reasons: TorchSharp's optimisers hand scalars to native code without
/// keeping them alive, so that a garbage collection in that moment frees them; and they pass five times over memory where one pass does.
/// </summary>
internal abstract class Optimiser : IDisposable
{
    // Small enough for a core's cache, large enough that handing it out costs nothing.
    private const int ChunkLength = 1 << 16;

    private readonly IReadOnlyList<Parameter> _parameters;

    /// <summary>For these parameters.</summary>
    protected Optimiser(IEnumerable<Parameter> parameters, double rate) => (_parameters, Rate) = ([.. parameters], rate);

    /// <summary>The step size.</summary>
    public double Rate { get; set; }

    /// <summary>Half a cosine, from 1 to 0: what a step size is multiplied with.</summary>
    /// <param name="progress">The share of training that is done, in [0, 1].</param>
    public static double Cosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));

    /// <summary>The parameters that have a gradient, each with it; the caller disposes the gradients.</summary>
    public IReadOnlyList<Tensor> Gradients() => [.. _parameters.Select(parameter => parameter.grad).OfType<Tensor>()];

    /// <summary>Takes a step with the gradients at hand, and spends them.</summary>
    /// <param name="gradientFactor">What every gradient is multiplied with first.</param>
    public void Step(double gradientFactor = 1)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Prepare();
        var chunks = new List<Chunk>();
        for (var i = 0; i < _parameters.Count; i++)
        {
            if (_parameters[i].grad is not { } gradient)
                continue;
            Remember(i, gradient);
            if (IsPlain(_parameters[i]) && IsPlain(gradient))
                chunks.AddRange(Chunk.Of(i, _parameters[i], gradient));
            else
                Move(i, _parameters[i], gradientFactor == 1 ? gradient : gradient.mul_(gradientFactor));
        }
        InOnePass(chunks, (float)gradientFactor);
        ForgetGradients();
    }

    /// <summary>The next backward pass starts from nothing.</summary>
    public void ForgetGradients()
    {
        foreach (var parameter in _parameters)
            parameter.grad = null;
    }

    /// <summary>What it remembers from step to step.</summary>
    public abstract void Exchange(Snapshot snapshot);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where a parameter is.</summary>
    protected Device DeviceOf(int index) => _parameters[index].device;

    /// <summary>Before a step.</summary>
    protected abstract void Prepare();

    /// <summary>Makes what a parameter's steps need to be remembered, where it is missing.</summary>
    protected abstract void Remember(int index, Tensor gradient);

    /// <summary>Moves one parameter, wherever it is; may overwrite its gradient.</summary>
    protected abstract void Move(int index, Tensor parameter, Tensor gradient);

    /// <summary>Moves a part of one parameter that is in memory, in one pass.</summary>
    /// <param name="index">The parameter's number.</param>
    /// <param name="from">Where in it the part begins.</param>
    /// <param name="parameter">The part.</param>
    /// <param name="gradient">As long.</param>
    /// <param name="factor">What the gradient is multiplied with first.</param>
    protected abstract void Move(int index, int from, Span<float> parameter, ReadOnlySpan<float> gradient, float factor);

    /// <summary>Frees what the optimiser remembers.</summary>
    protected abstract void Release();

    /// <summary>A new tensor of zeros beside a gradient, of its own.</summary>
    protected static Tensor Zeros(Tensor gradient) => torch.zeros(gradient.shape, device: gradient.device).DetachFromDisposeScope();

    /// <summary>The numbers of a tensor in memory.</summary>
    protected static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    // Every chunk is moved by itself: who moves it changes no number.
    private void InOnePass(List<Chunk> chunks, float factor)
    {
        void MoveChunk(Chunk chunk)
        {
            var range = chunk.From..(chunk.From + chunk.Length);
            Move(chunk.Index, chunk.From, Numbers(chunk.Parameter)[range], Numbers(chunk.Gradient)[range], factor);
        }
        var threads = torch.get_num_threads();
        if (threads == 1 || chunks.Count < threads)
            chunks.ForEach(MoveChunk);
        else
            Parallel.ForEach(chunks, new ParallelOptions { MaxDegreeOfParallelism = threads }, MoveChunk);
    }

    private static bool IsPlain(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && tensor.is_contiguous();

    private readonly record struct Chunk(int Index, Tensor Parameter, Tensor Gradient, int From, int Length)
    {
        public static IEnumerable<Chunk> Of(int index, Tensor parameter, Tensor gradient)
        {
            var count = (int)parameter.numel();
            for (var from = 0; from < count; from += ChunkLength)
                yield return new Chunk(index, parameter, gradient, from, Math.Min(ChunkLength, count - from));
        }
    }
}
