using Efface.Data;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Detachment;

/// <summary>The input to the detachment of one block.</summary>
/// <param name="Representation">h, with its graph: f32 [B, D], [B, T, D] or [B, C, H, W].</param>
/// <param name="Originals">What a decoder reconstructs: images in [0, 1], f32 [B, C, H, W]; or vectors, f32 [B, D].</param>
/// <param name="Batch">The labels.</param>
/// <param name="Strength">The factor on λ3: rises from 0 over the first part of training, and follows a probe if one steers it.</param>
/// <param name="Normalised">The same, normalised for the network.</param>
public sealed record DetachmentInput(Tensor Representation, Tensor Originals, Batch Batch, double Strength, Tensor Normalised);

/// <summary>The part of training that removes the attribute from h: it gives the extractor's loss, and may be trained itself.</summary>
public abstract class Detacher : IDisposable
{
    private readonly Dictionary<string, Tensor> _sums = [];
    private int _steps;

    /// <summary>
    /// The extractor's loss, a scalar with its graph to h. First updates the detacher's own heads, if any, on detached h.
    /// </summary>
    public abstract Tensor Loss(DetachmentInput input);

    /// <summary>After the backward pass: steps the detacher's own parameters that the extractor's loss reached.</summary>
    public virtual void Step() { }

    /// <summary>
    /// What its decoder of images makes of h, f32 [B, C, H, W] in [0, 1], without a graph; null if it has none. Changes no state.
    /// </summary>
    internal virtual Tensor? Reconstruct(DetachmentInput input) => null;

    /// <summary>
    /// The means of the measurements since the last call, under their names in metrics.jsonl (information in bits). Reads from the device:
    /// once an epoch, not in a step.
    /// </summary>
    public IReadOnlyDictionary<string, double> Drain()
    {
        var means = _sums.ToDictionary(entry => entry.Key, entry => Report(entry.Key, entry.Value.ToDouble() / _steps));
        foreach (var sum in _sums.Values)
            sum.Dispose();
        _sums.Clear();
        _steps = 0;
        return means;
    }

    /// <summary>Its state between steps: measurements, and its own state.</summary>
    public void Exchange(Snapshot snapshot)
    {
        _steps = (int)snapshot.Exchange("steps", (long)_steps);
        var names = snapshot.Exchange("names", string.Join('\n', _sums.Keys)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
            _sums[name] = snapshot.Exchange($"sum.{name}", _sums.GetValueOrDefault(name), Device)!;
        ExchangeOwn(snapshot);
    }

    /// <summary>The device it computes on.</summary>
    protected virtual Device Device => CPU;

    /// <summary>Its own state beside the measurements.</summary>
    protected virtual void ExchangeOwn(Snapshot snapshot) { }

    /// <summary>Turns a mean of values passed to <see cref="Measure"/> into the reported number.</summary>
    protected virtual double Report(string name, double mean) => mean;

    /// <summary>Adds a scalar of this step to its running sum on the device.</summary>
    protected void Measure(string name, Tensor value)
    {
        using var detached = value.detach();
        if (_sums.TryGetValue(name, out var sum))
            sum.add_(detached);
        else
            _sums[name] = detached.clone().DetachFromDisposeScope();
    }

    /// <summary>Counts another measured step.</summary>
    protected void CountStep() => _steps++;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in _sums.Values)
            sum.Dispose();
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the detacher owns.</summary>
    protected abstract void Release();
}
