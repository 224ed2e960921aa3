using System.Diagnostics;
using Efface.Models;

namespace Efface.Training;

/// <summary>The last good state of a training, in a file that is replaced whole or not at all.</summary>
/// <param name="folder">Where it lies; made when it is first saved.</param>
/// <param name="every">Inside an epoch it is saved again after so long; after each epoch in any case.</param>
/// <param name="onFault">Told when it cannot be written: training goes on, and the state before stays.</param>
internal sealed class Checkpoint(string folder, TimeSpan every, Action<string>? onFault = null)
{
    private readonly string _file = Path.Combine(folder, "state.safetensors");
    private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();

    /// <summary>Whether there is a state to go on from.</summary>
    public bool Exists => File.Exists(_file);

    /// <summary>Whether it is time to save.</summary>
    public bool IsDue => _sinceSaved.Elapsed >= every;

    /// <summary>Saves, or tells why it could not.</summary>
    public void Save(Action<Snapshot> state)
    {
        _sinceSaved.Restart();
        try
        {
            Directory.CreateDirectory(folder);
            Snapshot.Save(_file, state);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            onFault?.Invoke(
                $"{folder}: the state of the training cannot be saved ({fault.Message.TrimEnd('.')}). "
                    + $"{(Exists ? "The last one that could stays" : "There is none to go on from yet")}; free space or make the folder "
                    + "writable."
            );
        }
    }

    /// <summary>Goes back to what was saved last.</summary>
    /// <exception cref="InvalidInputException">It was damaged since.</exception>
    public void Restore(Action<Snapshot> state) => Snapshot.Restore(_file, state);

    /// <summary>The training is over.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
