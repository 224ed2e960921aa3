using System.Runtime.InteropServices;

namespace Efface;

/// <summary>How the threads of one native operation wait for each other.</summary>
public static partial class NativeThreads
{
    private const string Variable = "OMP_WAIT_POLICY",
        Passive = "passive",
        Unset = "active";

    /// <summary>
    /// passive: they sleep. active: they spin, and on cores that other processes also use, everything takes up to a hundred times as long.
    /// </summary>
    public static string Waiting => Environment.GetEnvironmentVariable(Variable)?.ToLowerInvariant() ?? Unset;

    /// <summary>
    /// Makes them sleep, unless the environment variable OMP_WAIT_POLICY is set. The native library reads it once: call this before the
    /// first use of TorchSharp. Child processes inherit it.
    /// </summary>
    public static void WaitPassively()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
            return;
        Environment.SetEnvironmentVariable(Variable, Passive);
        // Elsewhere .NET keeps its own copy of the environment, which native libraries do not see.
        if (!OperatingSystem.IsWindows())
            SetVariable(Variable, Passive, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
