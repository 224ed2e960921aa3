using Efface.Data;
using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Detachment;

/// <summary>What the detachment of one block sees.</summary>
/// <param name="Representation">h, with its graph: f32 [B, D], [B, T, D] or [B, C, H, W].</param>
/// <param name="Originals">What a decoder draws again: images in [0, 1], f32 [B, C, H, W]; or vectors, f32 [B, D].</param>
/// <param name="Batch">The labels.</param>
/// <param name="Strength">What λ3 is multiplied with: rises from 0 over the first part of training, and follows a probe where one
/// steers.</param>
/// <param name="Normalised">The same as the network saw them.</param>
public sealed record DetachmentInput(Tensor Representation, Tensor Originals, Batch Batch, double Strength, Tensor Normalised);

/// <summary>
/// The part of training that takes the attribute out of h: it gives the loss that the extractor pays, and may learn itself.
/// </summary>
public abstract class Detacher : IDisposable
{
    private readonly Dictionary<string, Tensor> _sums = [];
    private int _steps;

    /// <summary>
    /// The extractor's loss, a scalar with its graph to h. Updates the detacher's own heads first, on detached h, where it has any.
    /// </summary>
    public abstract Tensor Loss(DetachmentInput input);

    /// <summary>After the backward pass: what the detacher owns and the extractor's loss reached takes its step.</summary>
    public virtual void Step() { }

    /// <summary>
    /// The means of what was measured since the last call, under the names that metrics.jsonl uses (information in bits).
    /// Reads from the device: once an epoch, not in a step.
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

    /// <summary>What it remembers from step to step: what was measured, and what it owns.</summary>
    public void Exchange(Snapshot snapshot)
    {
        _steps = (int)snapshot.Exchange("steps", (long)_steps);
        var names = snapshot.Exchange("names", string.Join('\n', _sums.Keys)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
            _sums[name] = snapshot.Exchange($"sum.{name}", _sums.GetValueOrDefault(name), Device)!;
        ExchangeOwn(snapshot);
    }

    /// <summary>Where it computes.</summary>
    protected virtual Device Device => CPU;

    /// <summary>What it owns beside what was measured.</summary>
    protected virtual void ExchangeOwn(Snapshot snapshot) { }

    /// <summary>Turns a mean of what <see cref="Measure"/> was given into the number that is reported.</summary>
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

    /// <summary>One more step was measured.</summary>
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
