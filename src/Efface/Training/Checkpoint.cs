using System.Diagnostics;
using Efface.Models;

namespace Efface.Training;

/// <summary>The last good state of a training, in a file that is replaced whole or not at all.</summary>
/// <param name="folder">Its folder; created at the first save.</param>
/// <param name="every">The interval of saves inside an epoch; every epoch ends with a save.</param>
/// <param name="onFault">Receives the reason when it cannot be written: training continues, and the previous state stays.</param>
internal sealed class Checkpoint(string folder, TimeSpan every, Action<string>? onFault = null)
{
    private readonly string _file = Path.Combine(folder, "state.safetensors");
    private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();

    /// <summary>Whether there is a state to resume from.</summary>
    public bool Exists => File.Exists(_file);

    /// <summary>Whether it is time to save.</summary>
    public bool IsDue => _sinceSaved.Elapsed >= every;

    /// <summary>Saves, or reports why it could not.</summary>
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

    /// <summary>Restores the last saved state.</summary>
    /// <exception cref="InvalidInputException">It was damaged in the meantime.</exception>
    public void Restore(Action<Snapshot> state) => Snapshot.Restore(_file, state);

    /// <summary>Called when the training is over.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
