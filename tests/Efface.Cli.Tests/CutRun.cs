using System.Diagnostics;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>A run that went to its end, and one of the same configuration that Ctrl-C ended after its first epoch.</summary>
public sealed class CutRun : IAsyncLifetime
{
    internal const string Flags = $"--data faces --limit 120 --batch 32 --epochs 3 --checkpoint 1 {SmallRun.Size}";

    internal Tool Tool { get; } = new();

    internal RunFiles Whole => new(Tool.At("whole"));

    internal RunFiles Cut => new(Tool.At("cut"));

    internal Outcome Outcome { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var whole = await Tool.Run($"unlearn {Flags} --out whole");
        Assert.True(whole.ExitCode == 0, whole.Error);
        Outcome = await Tool.Start(null, Interrupt, Tool.Words($"unlearn {Flags} --out cut"));
    }

    /// <summary>The cut run in a folder of its own.</summary>
    internal RunFiles Copy(string name)
    {
        Tool.Copy("cut", name);
        return new RunFiles(Tool.At(name));
    }

    public ValueTask DisposeAsync()
    {
        Tool.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Interrupt(Process process, string line)
    {
        if (line.StartsWith("epoch 1/", StringComparison.Ordinal))
            Tool.Send("INT", process);
    }
}
