using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// Moves parameters against their gradients, in place. Our own because TorchSharp's optimisers hand scalars to native code without
/// keeping them alive: a garbage collection in that moment frees them, and a long training dies of "Unknown scalar type".
/// </summary>
public abstract class Optimiser : IDisposable
{
    private readonly IReadOnlyList<Parameter> _parameters;

    /// <summary>For these parameters.</summary>
    protected Optimiser(IEnumerable<Parameter> parameters, double rate) => (_parameters, Rate) = ([.. parameters], rate);

    /// <summary>The step size.</summary>
    public double Rate { get; set; }

    /// <summary>The parameters that have a gradient, each with it; the caller disposes the gradients.</summary>
    public IReadOnlyList<Tensor> Gradients() => [.. _parameters.Select(parameter => parameter.grad).OfType<Tensor>()];

    /// <summary>Takes a step with the gradients at hand, and spends them.</summary>
    public void Step()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Prepare();
        for (var i = 0; i < _parameters.Count; i++)
        {
            if (_parameters[i].grad is not { } gradient) continue;
            Move(i, _parameters[i], gradient);
        }
        ForgetGradients();
    }

    /// <summary>The next backward pass starts from nothing.</summary>
    public void ForgetGradients()
    {
        foreach (var parameter in _parameters) parameter.grad = null;
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

    /// <summary>Moves one parameter; may overwrite its gradient.</summary>
    protected abstract void Move(int index, Tensor parameter, Tensor gradient);

    /// <summary>Frees what the optimiser remembers.</summary>
    protected abstract void Release();
}

/// <summary>Stochastic gradient descent with Nesterov's momentum and weight decay, as torch.optim.SGD.</summary>
public sealed class Sgd : Optimiser
{
    private readonly Tensor?[] _momenta;
    private readonly Scalar _momentum, _decay;

    /// <inheritdoc/>
    public override void Exchange(Snapshot snapshot)
    {
        for (var i = 0; i < _momenta.Length; i++) _momenta[i] = snapshot.Exchange($"momentum.{i}", _momenta[i], DeviceOf(i));
    }

    /// <summary>For these parameters.</summary>
    public Sgd(IReadOnlyList<Parameter> parameters, double rate, double momentum, double weightDecay) : base(parameters, rate)
        => (_momenta, _momentum, _decay) = (new Tensor?[parameters.Count], momentum, weightDecay);

    /// <inheritdoc/>
    protected override void Prepare() { }

    /// <inheritdoc/>
    protected override void Move(int index, Tensor parameter, Tensor gradient)
    {
        using Scalar step = -Rate;
        gradient.add_(parameter, _decay);
        if (_momenta[index] is { } velocity) velocity.mul_(_momentum).add_(gradient);
        else velocity = _momenta[index] = gradient.clone().DetachFromDisposeScope();
        gradient.add_(velocity, _momentum);
        parameter.add_(gradient, step);
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (var velocity in _momenta) velocity?.Dispose();
        _momentum.Dispose();
        _decay.Dispose();
    }
}

/// <summary>Adam (Kingma and Ba, ICLR 2015), with weight decay as an L2 term, as torch.optim.Adam.</summary>
public sealed class Adam : Optimiser
{
    private const double FirstDecay = 0.9, SecondDecay = 0.999;

    private readonly (Tensor First, Tensor Second)?[] _moments;
    private readonly Scalar _first = FirstDecay, _firstRest = 1 - FirstDecay, _second = SecondDecay, _secondRest = 1 - SecondDecay, _epsilon = 1e-8, _decay;
    private int _steps;

    /// <inheritdoc/>
    public override void Exchange(Snapshot snapshot)
    {
        _steps = (int)snapshot.Exchange("steps", (long)_steps);
        for (var i = 0; i < _moments.Length; i++)
            if (snapshot.Exchange($"first.{i}", _moments[i]?.First, DeviceOf(i)) is { } first)
                _moments[i] = (first, snapshot.Exchange($"second.{i}", _moments[i]?.Second, DeviceOf(i))!);
    }

    /// <summary>For these parameters.</summary>
    public Adam(IEnumerable<Parameter> parameters, double rate, double weightDecay = 0) : this([.. parameters], rate, weightDecay) { }

    private Adam(Parameter[] parameters, double rate, double weightDecay) : base(parameters, rate)
        => (_moments, _decay) = (new (Tensor, Tensor)?[parameters.Length], weightDecay);

    /// <inheritdoc/>
    protected override void Prepare() => _steps++;

    /// <inheritdoc/>
    protected override void Move(int index, Tensor parameter, Tensor gradient)
    {
        using Scalar scale = Math.Sqrt(1 - Math.Pow(SecondDecay, _steps)), step = -Rate / (1 - Math.Pow(FirstDecay, _steps));
        gradient.add_(parameter, _decay);
        var (first, second) = _moments[index] ??= (torch.zeros_like(gradient).DetachFromDisposeScope(), torch.zeros_like(gradient).DetachFromDisposeScope());
        first.mul_(_first).add_(gradient, _firstRest);
        second.mul_(_second).addcmul_(gradient, gradient, _secondRest);
        var size = second.sqrt().div_(scale).add_(_epsilon);
        parameter.addcdiv_(first, size, step);
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (var moments in _moments)
        {
            moments?.First.Dispose();
            moments?.Second.Dispose();
        }
        foreach (var scalar in new[] { _first, _firstRest, _second, _secondRest, _epsilon, _decay }) scalar.Dispose();
    }
}
