using System.Text;
using Efface.Data.Files;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;

namespace Efface.Models;

/// <summary>
/// The full state of a training, as named tensors. Every object with state exchanges it: one method both saves and restores, so that the
/// two cannot disagree.
/// </summary>
public sealed class Snapshot
{
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly string _prefix;

    private Snapshot(Dictionary<string, Tensor> tensors, bool restores, string prefix = "") =>
        (_tensors, IsRestoring, _prefix) = (tensors, restores, prefix);

    /// <summary>Whether the exchange restores; else it saves.</summary>
    public bool IsRestoring { get; }

    /// <summary>The same snapshot, with names that begin with <paramref name="part"/>.</summary>
    public Snapshot Of(string part) => new(_tensors, IsRestoring, $"{_prefix}{part}.");

    /// <summary>
    /// The value to continue with: a copy of the saved one when restoring, else <paramref name="value"/>; null if there was none.
    /// </summary>
    public Tensor? Exchange(string name, Tensor? value, Device? device = null)
    {
        if (IsRestoring)
        {
            if (!_tensors.TryGetValue(_prefix + name, out var saved))
                return null;
            value?.Dispose();
            return saved.to(device ?? CPU, copy: true).DetachFromDisposeScope();
        }
        if (value is not null)
            _tensors.Add(_prefix + name, value);
        return value;
    }

    /// <summary>A number to keep, to the last bit.</summary>
    public double Exchange(string name, double value) =>
        BitConverter.Int64BitsToDouble(Exchange(name, BitConverter.DoubleToInt64Bits(value)));

    /// <summary>A whole number to keep.</summary>
    public long Exchange(string name, long value)
    {
        if (IsRestoring)
            return Saved(name).ToInt64();
        _tensors.Add(_prefix + name, torch.tensor(value));
        return value;
    }

    /// <summary>Text to keep.</summary>
    public string Exchange(string name, string value)
    {
        if (IsRestoring)
        {
            using var saved = Saved(name).data<byte>();
            return Encoding.UTF8.GetString(saved.ToArray());
        }
        _tensors.Add(_prefix + name, torch.tensor(Encoding.UTF8.GetBytes(value)));
        return value;
    }

    /// <summary>Weights and buffers, in place, and what is left out next.</summary>
    public void Exchange(string name, nn.Module module)
    {
        Exchange(name, module.state_dict());
        foreach (var (number, omission) in module.modules().OfType<Omission>().Index())
            omission.Exchange(Of($"{name}.omission{number}"));
    }

    /// <summary>Tensors that stay in place and take the saved values.</summary>
    public void Exchange(string name, IReadOnlyDictionary<string, Tensor> values)
    {
        using var noGradient = no_grad();
        foreach (var (key, value) in values)
            if (IsRestoring)
                value.copy_(Saved($"{name}.{key}"));
            else
                _tensors.Add($"{_prefix}{name}.{key}", value);
    }

    /// <summary>Saves what <paramref name="state"/> exchanges: to a temporary name, flushed, renamed.</summary>
    /// <exception cref="IOException">It cannot be written; an existing file is unchanged.</exception>
    public static void Save(string path, Action<Snapshot> state)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var tensors = new Dictionary<string, Tensor>();
        state(new Snapshot(tensors, restores: false));
        WholeFile.Write(path, partial =>
        {
            using var file = File.Create(partial);
            Safetensors.SaveStateDict(
                file,
                tensors.ToDictionary(entry => entry.Key, entry => entry.Value.detach().cpu().contiguous()),
                leaveOpen: true
            );
            file.Flush(flushToDisk: true);
        });
    }

    /// <summary>Restores what <see cref="Save"/> saved, through the same exchange.</summary>
    /// <exception cref="InvalidInputException">The file is damaged, or from something else.</exception>
    public static void Restore(string path, Action<Snapshot> state)
    {
        using var scope = NewDisposeScope();
        try
        {
            state(new Snapshot(Safetensors.LoadStateDict(path), restores: true));
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or InvalidInputException))
        {
            throw new InvalidInputException(
                path,
                $"cannot be read ({fault.Message.Split('\n')[0]})",
                "It was damaged after it was written: remove the run's folder and start again"
            );
        }
    }

    private Tensor Saved(string name) =>
        _tensors.TryGetValue(_prefix + name, out var saved) ? saved : throw new KeyNotFoundException($"it holds no {_prefix}{name}");
}
