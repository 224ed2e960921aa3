using Efface.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Efface.Training;

/// <summary>An epoch's sums so far, on the device: read once an epoch, and occasionally by the guard.</summary>
internal sealed class EpochSums : IDisposable
{
    private const string Task = "task",
        Detachment = "detachment",
        Hits = "correct";

    private readonly Dictionary<string, Tensor> _sums = [];

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Images so far.</summary>
    public int Images { get; private set; }

    /// <summary>Mean over steps, nats.</summary>
    public double TaskLoss => Mean(Task);

    /// <summary>Mean over steps; null without detachment.</summary>
    public double? DetachmentLoss => _sums.ContainsKey(Detachment) ? Mean(Detachment) : null;

    /// <summary>The share of images classified correctly.</summary>
    public double Correct => _sums[Hits].ToDouble() / Images;

    /// <summary>Adds a step, and disposes its tensors.</summary>
    public void Add(StepResult result)
    {
        Steps++;
        Images += result.Images;
        Add(Task, result.TaskLoss);
        using (result.Correct)
            Add(Hits, result.Correct.to_type(ScalarType.Float32, copy: true));
        if (result.DetachmentLoss is { } detachment)
            Add(Detachment, detachment);
    }

    /// <summary>Checks the means.</summary>
    /// <exception cref="TrainingDivergedException">One is not finite or exploding.</exception>
    public void Check(NumericGuard guard, int epoch)
    {
        foreach (var (name, sum) in _sums.Where(entry => entry.Key != Hits))
        {
            using var mean = sum / Steps;
            guard.Check(name, mean, epoch, Steps);
        }
    }

    /// <summary>The sums and counts.</summary>
    public void Exchange(Snapshot snapshot, Device device)
    {
        (Steps, Images) = ((int)snapshot.Exchange("steps", (long)Steps), (int)snapshot.Exchange("images", (long)Images));
        foreach (var name in new[] { Task, Detachment, Hits })
            if (snapshot.Exchange(name, _sums.GetValueOrDefault(name), device) is { } sum)
                _sums[name] = sum;
    }

    /// <summary>Starts a new epoch.</summary>
    public void Clear()
    {
        Dispose();
        _sums.Clear();
        (Steps, Images) = (0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in _sums.Values)
            sum.Dispose();
    }

    private double Mean(string name) => _sums[name].ToDouble() / Steps;

    private void Add(string name, Tensor value)
    {
        using (value)
            if (_sums.TryGetValue(name, out var sum))
                sum.add_(value);
            else
                _sums[name] = value.clone().DetachFromDisposeScope();
    }
}
