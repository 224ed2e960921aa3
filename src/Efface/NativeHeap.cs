using System.Runtime.InteropServices;

namespace Efface;

/// <summary>How the native library keeps memory that it has freed.</summary>
internal static partial class NativeHeap
{
    // M_ARENA_MAX and M_MMAP_THRESHOLD of glibc's mallopt.
    private const int MostArenas = -8,
        ReturnedFrom = -3;

    private const int Arenas = 2,
        LargeBytes = 4 << 20;

    /// <summary>
    /// Lets threads share the places that memory comes from. By default each of many short threads has its own, and keeps what it freed: an
    /// eraser for 200,000 rows of 512 numbers took 1.7 times as much memory.
    /// </summary>
    public static void ShareArenas() => Set(MostArenas, Arenas);

    /// <summary>
    /// Gives large blocks back at once. By default those of up to 32 MB are kept, in pieces: the same eraser took 1.8 times as much memory.
    /// Networks on images, which need the same blocks at each step, are better off as it is.
    /// </summary>
    public static void ReturnLargeBlocks() => Set(ReturnedFrom, LargeBytes);

    private static void Set(int parameter, int value)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(parameter, value);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: it has its own ways.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);
}
