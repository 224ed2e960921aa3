using System.Globalization;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>A loss is no longer a number, or has exploded; the network has been reset to its last good weights.</summary>
/// <param name="message">The cause and the remedy.</param>
internal sealed class TrainingDivergedException(string message) : Exception(message);

/// <summary>Keeps the last good weights, and stops training when a loss is NaN, infinite or exploding.</summary>
/// <param name="network">Keeps the last good weights, and stops training when a loss is NaN, infinite or exploding.</param>
internal sealed class NumericGuard(nn.Module network) : IDisposable
{
    private const double Limit = 1e5,
        Largest = 1e12;
    private const string Advice = "The model is back at its last good weights. Try a smaller --learning-rate or smaller --lambda.";
    private Dictionary<string, Tensor> _good = Copy(network);

    /// <summary>Steps between two checks: a check reads from the device.</summary>
    public const int Interval = 20;

    /// <summary>Stores the weights after an epoch.</summary>
    /// <exception cref="TrainingDivergedException">A weight is not finite or has exploded; the last good weights have been
    /// restored.</exception>
    public void Remember(int epoch)
    {
        if (!AreFinite())
        {
            Restore();
            throw new TrainingDivergedException($"A weight exploded in epoch {epoch}. {Advice}");
        }
        Dispose();
        _good = Copy(network);
    }

    /// <summary>Restores the stored weights.</summary>
    public void Restore()
    {
        using var noGradient = no_grad();
        foreach (var (name, value) in network.state_dict())
            value.copy_(_good[name]);
    }

    /// <summary>The stored weights.</summary>
    public void Exchange(Snapshot snapshot) => snapshot.Exchange("good", _good);

    /// <summary>Checks a loss; epoch and step count from 1.</summary>
    /// <exception cref="TrainingDivergedException">It is not finite or exploding; the last good weights have been restored.</exception>
    public void Check(string name, Tensor loss, int epoch, int step)
    {
        var value = loss.ToDouble();
        if (double.IsFinite(value) && Math.Abs(value) < Limit)
            return;
        Restore();
        throw new TrainingDivergedException(
            string.Create(CultureInfo.InvariantCulture, $"The {name} loss became {value:G4} in epoch {epoch}, step {step}. {Advice}")
        );
    }

    private bool AreFinite()
    {
        using var scope = NewDisposeScope();
        return network.state_dict().Values.All(value => value.abs().lt(Largest).all().ToBoolean());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _good.Values)
            value.Dispose();
    }

    private static Dictionary<string, Tensor> Copy(nn.Module network)
    {
        using var noGradient = no_grad();
        return network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().DetachFromDisposeScope());
    }
}
