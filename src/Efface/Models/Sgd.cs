using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>Stochastic gradient descent with Nesterov's momentum and weight decay, as torch.optim.SGD.</summary>
internal sealed class Sgd : Optimiser
{
    private readonly Tensor?[] _momenta;
    private readonly double _momentum,
        _decay;

    /// <summary>Creates one for these parameters.</summary>
    public Sgd(IReadOnlyList<Parameter> parameters, double rate, double momentum, double weightDecay)
        : base(parameters, rate) => (_momenta, _momentum, _decay) = (new Tensor?[parameters.Count], momentum, weightDecay);

    /// <inheritdoc/>
    public override void Exchange(Snapshot snapshot)
    {
        for (var i = 0; i < _momenta.Length; i++)
            _momenta[i] = snapshot.Exchange($"momentum.{i}", _momenta[i], DeviceOf(i));
    }

    /// <inheritdoc/>
    protected override void Prepare() { }

    /// <inheritdoc/>
    protected override void Remember(int index, Tensor gradient) => _momenta[index] ??= Zeros(gradient);

    /// <inheritdoc/>
    protected override void Move(int index, Tensor parameter, Tensor gradient)
    {
        using Scalar momentum = _momentum,
            decay = _decay,
            step = -Rate;
        gradient.add_(parameter, decay);
        var velocity = _momenta[index]!.mul_(momentum).add_(gradient);
        parameter.add_(gradient.add_(velocity, momentum), step);
    }

    /// <inheritdoc/>
    protected override void Move(int index, int from, Span<float> parameter, ReadOnlySpan<float> gradient, float factor)
    {
        var velocity = Numbers(_momenta[index]!).Slice(from, parameter.Length);
        var (rate, momentum, decay) = ((float)Rate, (float)_momentum, (float)_decay);
        Span<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(parameter),
            v = MemoryMarshal.Cast<float, Vector<float>>(velocity);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        for (var i = 0; i < x.Length; i++)
        {
            var decayed = g[i] * factor + x[i] * decay;
            v[i] = v[i] * momentum + decayed;
            x[i] -= (decayed + v[i] * momentum) * rate;
        }
        for (var i = x.Length * Vector<float>.Count; i < parameter.Length; i++)
        {
            var decayed = gradient[i] * factor + parameter[i] * decay;
            velocity[i] = velocity[i] * momentum + decayed;
            parameter[i] -= (decayed + velocity[i] * momentum) * rate;
        }
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (var velocity in _momenta)
            velocity?.Dispose();
    }
}
