using Xunit;

[assembly: AssemblyFixture(typeof(Efface.Cli.Tests.SmallRun))]

namespace Efface.Cli.Tests;

/// <summary>A model for smile on a few small faces, trained once for all tests; and what forgot glasses of it, once somebody asks. Who
/// changes a run takes a copy.</summary>
public sealed class SmallRun : IAsyncLifetime
{
    /// <summary>The network and the images of every training here: so small that it takes a second.</summary>
    internal const string Size = "--width 0.125 --stem fast --size 32 --threads 1";

    /// <summary>All that says which training this is.</summary>
    internal const string Flags = $"--data faces --limit 120 --epochs 1 {Size}";

    private readonly Tool _tool = new();
    private readonly Lazy<Task<Outcome>> _audit;

    public SmallRun() => _audit = new Lazy<Task<Outcome>>(ForgetAndAudit);

    internal string Path => _tool.At("before");

    /// <summary>Of the training.</summary>
    internal Outcome Outcome { get; private set; } = null!;

    /// <summary>Of the audit of what forgot glasses.</summary>
    internal Task<Outcome> Audit => _audit.Value;

    internal string AuditFile => _tool.At("after/audit.json");

    public async ValueTask InitializeAsync()
    {
        Outcome = await _tool.Run($"train {Flags} --json --out before");
        Assert.True(Outcome.ExitCode == 0, Outcome.Error);
    }

    /// <summary>A copy of the run in a test's own folder.</summary>
    internal void CopyTo(Tool tool) => tool.CopyFrom(Path, "before");

    /// <summary>A copy of what forgot glasses, once it is audited.</summary>
    internal async Task CopyAuditedTo(Tool tool)
    {
        await Audit;
        tool.CopyFrom(_tool.At("after"), "after");
    }

    public ValueTask DisposeAsync()
    {
        _tool.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Outcome> ForgetAndAudit()
    {
        var unlearned = await _tool.Run("unlearn --from before --forget glasses --epochs 1 --out after");
        Assert.True(unlearned.ExitCode == 0, unlearned.Error);
        return await _tool.Run("audit --run after --tolerance 0.1 --seeds 2 --attackers mlp,linear,lookup --json");
    }
}
