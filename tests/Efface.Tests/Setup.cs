using System.Runtime.CompilerServices;

namespace Efface.Tests;

internal static class Setup
{
    /// <summary>Test programs share the cores: threads that wait actively for each other take those of the rest.</summary>
    [ModuleInitializer]
    internal static void ShareCores() => NativeThreads.WaitPassively();
}
