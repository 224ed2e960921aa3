using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>A loss is no longer a number, or has exploded; the network is back at its last good weights.</summary>
/// <param name="message">The cause and the remedy.</param>
public sealed class TrainingDivergedException(string message) : Exception(message);

/// <summary>Keeps the last good weights, and stops training when a loss is NaN, infinite or exploding.</summary>
/// <param name="network">The network in training.</param>
public sealed class NumericGuard(nn.Module network) : IDisposable
{
    private const double Limit = 1e5;
    private Dictionary<string, Tensor> _good = Copy(network);

    /// <summary>How many steps lie between two looks: a look reads from the device.</summary>
    public const int Interval = 20;

    /// <summary>Remembers the weights as they are.</summary>
    public void Remember()
    {
        Dispose();
        _good = Copy(network);
    }

    /// <summary>Goes back to the remembered weights.</summary>
    public void Restore()
    {
        using var noGradient = no_grad();
        foreach (var (name, value) in network.state_dict()) value.copy_(_good[name]);
    }

    /// <summary>Looks at a loss.</summary>
    /// <exception cref="TrainingDivergedException">It is not finite or exploding; the last good weights are back.</exception>
    public void Check(string name, Tensor loss, int epoch, int step)
    {
        var value = loss.ToDouble();
        if (double.IsFinite(value) && Math.Abs(value) < Limit) return;
        Restore();
        throw new TrainingDivergedException(
            $"The {name} loss became {value:G4} in epoch {epoch + 1}, step {step + 1}. The model is back at its last good weights. Try a smaller --learning-rate or smaller --lambda.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _good.Values) value.Dispose();
    }

    private static Dictionary<string, Tensor> Copy(nn.Module network)
        => network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone().DetachFromDisposeScope());
}
