using Xunit;
using static Efface.Cli.Tests.Refusal;

namespace Efface.Cli.Tests;

/// <summary>Audits and reports that cannot be made of what is there.</summary>
public sealed class BadAuditTests : IDisposable
{
    private readonly Tool _tool = new();

    public BadAuditTests(SmallRun small) => small.CopyTo(_tool);

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("--tolerance 0")]
    [InlineData("--tolerance 1")]
    [InlineData("--confidence 0")]
    [InlineData("--confidence 2")]
    [InlineData("--seeds 0")]
    [InlineData("--seeds -1")]
    public async Task A_setting_out_of_range_is_refused_before_any_attack(string flag)
    {
        ToldInLines(await _tool.Run($"audit --run before --attackers linear {flag}"), flag);
        Assert.False(File.Exists(_tool.At("before/audit.json")));
    }

    [Fact]
    public async Task An_attacker_that_nobody_knows_is_told_with_those_that_there_are() =>
        ToldInLines(
            await _tool.Run("audit", "--run", "before", "--attackers", "linear,magic"),
            "--attackers magic: no such attacker. Choose from lookup, linear, products, moments, knn, trees, mlp, template, "
                + "convolution, patches, resnet18"
        );

    [Fact]
    public async Task All_that_is_wrong_with_an_audit_is_told_at_once() =>
        ToldInLines(
            await _tool.Run("audit", "--run", "before", "--tolerance", "2", "--attackers", "magic"),
            "--tolerance 2",
            "--attackers magic"
        );

    [Theory]
    [InlineData("run.json")]
    [InlineData("model.json")]
    [InlineData("model.safetensors")]
    public async Task A_damaged_file_of_a_run_is_named(string file)
    {
        File.WriteAllText(_tool.At($"before/{file}"), "{");
        ToldInLines(await _tool.Run("audit --run before"), $"before/{file}: cannot be read");
        ToldInLines(await _tool.Run("unlearn --from before --epochs 1 --out after"), $"before/{file}: cannot be read");
        Assert.False(Directory.Exists(_tool.At("after")));
    }

    [Fact]
    public async Task A_run_without_its_model_is_told_from_a_finished_one()
    {
        File.Delete(_tool.At("before/model.safetensors"));
        ToldInLines(await _tool.Run("audit --run before"), "model.safetensors: missing");
    }

    [Theory]
    [InlineData("--task hat --forget glasses", "its task is smile, not hat")]
    [InlineData("--size 64 --forget glasses", "3×64×64")]
    [InlineData("--recipe paper --split head --forget glasses", "--split head")]
    public async Task A_model_that_does_not_fit_is_refused(string flags, string told)
    {
        ToldInLines(await _tool.Run($"unlearn --from before --epochs 1 {flags} --out unfit"), told);
        Assert.False(Directory.Exists(_tool.At("unfit")));
    }
}
