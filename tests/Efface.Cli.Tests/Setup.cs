using System.Runtime.CompilerServices;

namespace Efface.Cli.Tests;

internal static class Setup
{
    /// <summary>As the tool does before it loads the native library; and decoded images of these tests go where nobody else's are.</summary>
    [ModuleInitializer]
    internal static void BeTheTool()
    {
        NativeThreads.WaitPassively();
        Environment.SetEnvironmentVariable("EFFACE_CACHE", Tool.Cache);
    }
}
