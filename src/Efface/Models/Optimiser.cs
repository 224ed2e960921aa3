using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// Moves parameters against their gradients, in place. Our own for two reasons: TorchSharp's optimisers pass scalars to native code without
/// keeping them alive, so a garbage collection at that moment frees them; and they take five passes over memory instead of one.
/// </summary>
internal abstract class Optimiser : IDisposable
{
    // Small enough for a core's cache, large enough that scheduling it costs nothing.
    private const int ChunkLength = 1 << 16;

    private readonly IReadOnlyList<Parameter> _parameters;

    /// <summary>Creates one for these parameters.</summary>
    protected Optimiser(IEnumerable<Parameter> parameters, double rate) => (_parameters, Rate) = ([.. parameters], rate);

    /// <summary>The step size.</summary>
    public double Rate { get; set; }

    /// <summary>Half a cosine, from 1 to 0: the factor on a step size.</summary>
    /// <param name="progress">The share of training that is done, in [0, 1].</param>
    public static double Cosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));

    /// <summary>The parameters that have a gradient, each with it; the caller disposes the gradients.</summary>
    public IReadOnlyList<Tensor> Gradients() => [.. _parameters.Select(parameter => parameter.grad).OfType<Tensor>()];

    /// <summary>Takes a step with the current gradients, and clears them.</summary>
    /// <param name="gradientFactor">A factor on every gradient.</param>
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

    /// <summary>Clears the gradients before the next backward pass.</summary>
    public void ForgetGradients()
    {
        foreach (var parameter in _parameters)
            parameter.grad = null;
    }

    /// <summary>Its state between steps.</summary>
    public abstract void Exchange(Snapshot snapshot);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>The device of a parameter.</summary>
    protected Device DeviceOf(int index) => _parameters[index].device;

    /// <summary>Called before a step.</summary>
    protected abstract void Prepare();

    /// <summary>Creates a parameter's state, if it is missing.</summary>
    protected abstract void Remember(int index, Tensor gradient);

    /// <summary>Moves one parameter, wherever it is; may overwrite its gradient.</summary>
    protected abstract void Move(int index, Tensor parameter, Tensor gradient);

    /// <summary>Moves a slice of one parameter in memory, in one pass.</summary>
    /// <param name="index">The parameter's number.</param>
    /// <param name="from">Where the slice begins.</param>
    /// <param name="parameter">The slice.</param>
    /// <param name="gradient">Of the same length.</param>
    /// <param name="factor">A factor on the gradient.</param>
    protected abstract void Move(int index, int from, Span<float> parameter, ReadOnlySpan<float> gradient, float factor);

    /// <summary>Frees the optimiser's state.</summary>
    protected abstract void Release();

    /// <summary>A new, separate tensor of zeros like a gradient.</summary>
    protected static Tensor Zeros(Tensor gradient) => torch.zeros(gradient.shape, device: gradient.device).DetachFromDisposeScope();

    /// <summary>The numbers of a tensor in memory.</summary>
    protected static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    // Every chunk is moved independently: the result does not depend on the thread.
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
