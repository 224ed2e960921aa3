using System.Diagnostics;
using Xunit;

namespace Efface.Tests.Models.Weights;

/// <summary>Python with PyTorch and torchvision, where the machine has them (Debian: python3-torch, python3-torchvision).</summary>
internal static class PyTorch
{
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3", "python"];
    private static readonly Lazy<string?> Python = new(() =>
        Array.Find(Pythons, python => Run(python, "-c", "import torchvision") is not null)
    );

    /// <summary>Runs pytorch.py; without PyTorch the test is skipped, but fails where EFFACE_REQUIRE_TORCH is set.</summary>
    public static string Run(params string[] arguments)
    {
        if (Python.Value is null && Environment.GetEnvironmentVariable("EFFACE_REQUIRE_TORCH") is not null)
            Assert.Fail("EFFACE_REQUIRE_TORCH wants a python3 with torch and torchvision");
        Assert.SkipWhen(Python.Value is null, "no python3 with torch and torchvision");
        var script = Path.Combine(ToyFiles.Stored, "..", "pytorch.py");
        return Run(Python.Value!, [script, .. arguments]) ?? throw new InvalidOperationException($"pytorch.py {arguments[0]} failed");
    }

    // What it printed; null if it failed or does not exist.
    private static string? Run(string python, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
