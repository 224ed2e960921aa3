using System.Diagnostics;

namespace Efface.Cli;

/// <summary>The tool, started by itself.</summary>
internal static class OwnProcess
{
    /// <summary>How a process of the tool with these arguments is started.</summary>
    public static ProcessStartInfo With(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        // Run by dotnet, the tool is an argument; otherwise it is the process.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }
}
