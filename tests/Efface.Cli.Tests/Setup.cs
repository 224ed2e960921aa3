using System.Runtime.CompilerServices;

namespace Efface.Cli.Tests;

internal static class Setup
{
    /// <summary>As the tool does before it loads the native library; and images are cached where nobody else's are.</summary>
    [ModuleInitializer]
    internal static void BeTheTool()
    {
        NativeThreads.WaitPassively();
        Environment.SetEnvironmentVariable("EFFACE_CACHE", Tool.Cache);
    }
}
