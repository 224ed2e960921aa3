using System.Runtime.ExceptionServices;

namespace Efface.Data.Rewriting;

/// <summary>
/// Remembers what went wrong in the function or in writing, while a file is read: its reader would take any fault for damage of the file.
/// </summary>
internal sealed class OwnFaults
{
    private ExceptionDispatchInfo? _first;

    /// <summary>For filters of exceptions: remembers it, and lets it pass.</summary>
    public bool Note(Exception fault)
    {
        _first ??= ExceptionDispatchInfo.Capture(fault);
        return false;
    }

    /// <summary>Reads, and throws what was remembered as it was.</summary>
    public void Separate<T>(Func<T> read)
    {
        try
        {
            read();
        }
        catch when (_first is not null)
        {
            _first.Throw();
        }
    }
}
