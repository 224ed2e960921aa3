using Xunit;

[assembly: AssemblyFixture(typeof(Efface.Cli.Tests.SmallRun))]

namespace Efface.Cli.Tests;

/// <summary>A model for smile on a few small faces, trained once for all tests. Who changes it, or audits it, takes a copy.</summary>
public sealed class SmallRun : IAsyncLifetime
{
    /// <summary>The network and the images of every training here: so small that it takes a second.</summary>
    internal const string Size = "--width 0.125 --stem fast --size 32 --threads 1";

    /// <summary>All that says which training this is.</summary>
    internal const string Flags = $"--data faces --limit 120 --epochs 1 {Size}";

    private readonly Tool _tool = new();

    /// <summary>Its folder.</summary>
    internal string Path => _tool.At("before");

    internal Outcome Outcome { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Outcome = await _tool.Run($"train {Flags} --json --out before");
        Assert.True(Outcome.ExitCode == 0, Outcome.Error);
    }

    /// <summary>A copy of the run in a test's own folder.</summary>
    internal void CopyTo(Tool tool, string name = "before") => tool.CopyFrom(Path, name);

    public ValueTask DisposeAsync()
    {
        _tool.Dispose();
        return ValueTask.CompletedTask;
    }
}
