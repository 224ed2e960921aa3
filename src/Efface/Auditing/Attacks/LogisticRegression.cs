using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Efface.Auditing.Attacks;

/// <summary>
/// Multinomial logistic regression with a quadratic penalty, to convergence: L-BFGS (Nocedal and Wright, algorithm 7.4) in f64. The loss is
/// convex, and linear in the coefficients up to the softmax, so a line search needs no further product with the data.
/// </summary>
/// <remarks>Classes are rows: a product of few long rows with the data is many times as fast as one of few long columns.</remarks>
/// <param name="inputs">f64 [N, F], white or nearly so: the search starts from that curvature.</param>
/// <param name="targets">f64 [K, N], one-hot.</param>
/// <param name="weights">f64 [N], of mean 1.</param>
internal sealed class LogisticRegression(Tensor inputs, Tensor targets, Tensor weights)
{
    private const int Memory = 10,
        MostSteps = 300;

    /// <summary>The search ends when the largest entry of the gradient, over the root of its curvature, is below this.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>The loss's gradient [K, F] at coefficients [K, F].</summary>
    /// <param name="coefficients">f64 [K, F].</param>
    /// <param name="penalty">f64 [F]: the loss includes half of it times the squared coefficients.</param>
    public Tensor Gradient(Tensor coefficients, Tensor penalty) => Gradient(Logits(coefficients), coefficients, penalty);

    /// <summary>The coefficients [K, F] that minimise the loss.</summary>
    /// <param name="penalty">f64 [F].</param>
    /// <param name="start">f64 [K, F]: where the search starts.</param>
    /// <param name="cancel">Checked at each step.</param>
    public Tensor Solve(Tensor penalty, Tensor start, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        var curvature = penalty + 0.25;
        var coefficients = start.clone();
        var logits = Logits(coefficients);
        var gradient = Gradient(logits, coefficients, penalty);
        var loss = Loss(logits, coefficients, penalty);
        var history = new Queue<(Tensor Step, Tensor Change, double Scale)>();
        for (var step = 0; step < MostSteps && (gradient / curvature.sqrt()).abs().amax().ToDouble() > Tolerance; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var direction = Direction(gradient, history, curvature);
            var change = Logits(direction);
            var slope = (gradient * direction).sum().ToDouble();
            var (length, next) = (1.0, double.NaN);
            for (; length > 1e-10; length /= 2)
            {
                next = Loss(logits + change * length, coefficients + direction * length, penalty);
                if (next <= loss + 1e-4 * length * slope)
                    break;
            }
            // No step lowers it: that is the resolution of f64.
            if (!(next < loss))
                break;
            var moved = direction * length;
            coefficients.add_(moved);
            logits.add_(change * length);
            loss = next;
            var turned = Gradient(logits, coefficients, penalty);
            var difference = turned - gradient;
            history.Enqueue(
                (moved.MoveToOuterDisposeScope(), difference.MoveToOuterDisposeScope(), 1 / (moved * difference).sum().ToDouble())
            );
            if (history.Count > Memory)
                history.Dequeue();
            gradient.copy_(turned);
        }
        return coefficients.MoveToOuterDisposeScope();
    }

    private Tensor Logits(Tensor coefficients) => coefficients.matmul(inputs.t());

    private double Loss(Tensor logits, Tensor coefficients, Tensor penalty)
    {
        using var scope = NewDisposeScope();
        var fit = -((functional.log_softmax(logits, 0) * targets).sum([0L]) * weights).mean();
        return (fit + (coefficients.square() * penalty).sum() / 2).ToDouble();
    }

    private Tensor Gradient(Tensor logits, Tensor coefficients, Tensor penalty)
    {
        using var scope = NewDisposeScope();
        var residual = (functional.softmax(logits, 0) - targets) * (weights / weights.shape[0]);
        return (residual.matmul(inputs) + coefficients * penalty).MoveToOuterDisposeScope();
    }

    private static Tensor Direction(Tensor gradient, Queue<(Tensor Step, Tensor Change, double Scale)> history, Tensor curvature)
    {
        var direction = -gradient;
        var shares = new Stack<double>();
        foreach (var (step, change, scale) in history.Reverse())
        {
            shares.Push(scale * (step * direction).sum().ToDouble());
            direction = direction - change * shares.Peek();
        }
        direction = direction / curvature;
        foreach (var (step, change, scale) in history)
            direction = direction + step * (shares.Pop() - scale * (change * direction).sum().ToDouble());
        return direction;
    }
}
