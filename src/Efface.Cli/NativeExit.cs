using System.Runtime.InteropServices;

namespace Efface.Cli;

/// <summary>Ends the process in the middle of a native operation: an ordinary exit waits for it, or crashes in it.</summary>
internal static partial class NativeExit
{
    /// <summary>Ends it now.</summary>
    public static void With(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        else
            ExitNow(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
