using System.Runtime.InteropServices;

namespace Efface;

/// <summary>Which of its ways the native library computes convolutions in.</summary>
internal static partial class NativeConvolutions
{
    private const string Library = "torch_cpu";

    private static readonly Lazy<bool> LeftOut = new(LeaveOutNnpack);

    /// <summary>
    /// Without NNPACK, which knows few processors. On others torch asks it again and again, and each time prints a warning on the terminal.
    /// </summary>
    public static void WithoutNnpack() => _ = LeftOut.Value;

    private static bool LeaveOutNnpack()
    {
        try
        {
            UseNnpack(GlobalContext(), false);
            return true;
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            // Windows: there is no NNPACK.
            return false;
        }
    }

    // at::globalContext(), and at::Context::setUserEnabledNNPACK(bool): torch has no C functions for them.
    [LibraryImport(Library, EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    [LibraryImport(Library, EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void UseNnpack(nint context, [MarshalAs(UnmanagedType.I1)] bool isUsed);
}
