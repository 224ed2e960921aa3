using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>Adam (Kingma and Ba, ICLR 2015), with weight decay as an L2 term, as torch.optim.Adam.</summary>
internal sealed class Adam : Optimiser
{
    private const double FirstDecay = 0.9,
        SecondDecay = 0.999,
        Epsilon = 1e-8;

    private readonly (Tensor First, Tensor Second)?[] _moments;
    private readonly double _decay;
    private int _steps;

    /// <summary>Creates one for these parameters.</summary>
    public Adam(IEnumerable<Parameter> parameters, double rate, double weightDecay = 0)
        : this([.. parameters], rate, weightDecay) { }

    private Adam(Parameter[] parameters, double rate, double weightDecay)
        : base(parameters, rate) => (_moments, _decay) = (new (Tensor, Tensor)?[parameters.Length], weightDecay);

    private double StepSize => Rate / (1 - Math.Pow(FirstDecay, _steps));

    private double SecondScale => Math.Sqrt(1 - Math.Pow(SecondDecay, _steps));

    /// <inheritdoc/>
    public override void Exchange(Snapshot snapshot)
    {
        _steps = (int)snapshot.Exchange("steps", (long)_steps);
        for (var i = 0; i < _moments.Length; i++)
            if (snapshot.Exchange($"first.{i}", _moments[i]?.First, DeviceOf(i)) is { } first)
                _moments[i] = (first, snapshot.Exchange($"second.{i}", _moments[i]?.Second, DeviceOf(i))!);
    }

    /// <inheritdoc/>
    protected override void Prepare() => _steps++;

    /// <inheritdoc/>
    protected override void Remember(int index, Tensor gradient) => _moments[index] ??= (Zeros(gradient), Zeros(gradient));

    /// <inheritdoc/>
    protected override void Move(int index, Tensor parameter, Tensor gradient)
    {
        using Scalar decay = _decay,
            first = FirstDecay,
            firstRest = 1 - FirstDecay,
            second = SecondDecay,
            secondRest = 1 - SecondDecay;
        using Scalar epsilon = Epsilon,
            scale = SecondScale,
            step = -StepSize;
        gradient.add_(parameter, decay);
        var (mean, square) = _moments[index]!.Value;
        mean.mul_(first).add_(gradient, firstRest);
        square.mul_(second).addcmul_(gradient, gradient, secondRest);
        parameter.addcdiv_(mean, square.sqrt().div_(scale).add_(epsilon), step);
    }

    /// <inheritdoc/>
    protected override void Move(int index, int from, Span<float> parameter, ReadOnlySpan<float> gradient, float factor)
    {
        var (first, second) = _moments[index]!.Value;
        Span<float> means = Numbers(first).Slice(from, parameter.Length),
            squares = Numbers(second).Slice(from, parameter.Length);
        var (decay, step, scale) = ((float)_decay, (float)StepSize, (float)(1 / SecondScale));
        const float firstDecay = (float)FirstDecay,
            firstRest = (float)(1 - FirstDecay),
            secondDecay = (float)SecondDecay,
            secondRest = (float)(1 - SecondDecay),
            epsilon = (float)Epsilon;
        Span<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(parameter),
            m = MemoryMarshal.Cast<float, Vector<float>>(means),
            s = MemoryMarshal.Cast<float, Vector<float>>(squares);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        for (var i = 0; i < x.Length; i++)
        {
            var decayed = g[i] * factor + x[i] * decay;
            m[i] = m[i] * firstDecay + decayed * firstRest;
            s[i] = s[i] * secondDecay + decayed * decayed * secondRest;
            x[i] -= m[i] * step / (Vector.SquareRoot(s[i]) * scale + new Vector<float>(epsilon));
        }
        for (var i = x.Length * Vector<float>.Count; i < parameter.Length; i++)
        {
            var decayed = gradient[i] * factor + parameter[i] * decay;
            means[i] = means[i] * firstDecay + decayed * firstRest;
            squares[i] = squares[i] * secondDecay + decayed * decayed * secondRest;
            parameter[i] -= means[i] * step / (MathF.Sqrt(squares[i]) * scale + epsilon);
        }
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (var moments in _moments)
        {
            moments?.First.Dispose();
            moments?.Second.Dispose();
        }
    }
}
