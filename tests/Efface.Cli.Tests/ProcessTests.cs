using Xunit;

namespace Efface.Cli.Tests;

/// <summary>What only a process of the tool shows: its two streams, its exit code, and what it does with its environment.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task Results_go_to_stdout_alone_and_progress_to_stderr()
    {
        var outcome = await _tool.Start("train --limit 40 --size 16 --width 0.125 --stem fast --epochs 1 --threads 1 --json --out run");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(_tool.At("run"), (string)outcome.Json["folder"]!);
        Assert.Contains("epoch 1/1", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", "xterm-256color", "train --bogus", 2)]
    [InlineData("TERM", "xterm-256color", "train --help", 0)]
    [InlineData("GITHUB_ACTIONS", "true", "data inspect --limit 40 --size 16 --forget glasses", 0)]
    public async Task Nothing_is_coloured_and_the_exit_code_tells_how_it_ended(
        string variable,
        string value,
        string arguments,
        int exitCode
    )
    {
        var outcome = await _tool.Start((variable, value), null, Tool.Words(arguments));
        Assert.Equal((exitCode, exitCode == 2), (outcome.ExitCode, outcome.Output.Length == 0));
        Assert.DoesNotContain('\e', outcome.Output + outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Threads_of_the_native_library_wait_passively_without_being_asked()
    {
        // The native library prints the settings that it took.
        var outcome = await _tool.Start(("OMP_DISPLAY_ENV", "true"), null, ["doctor"]);
        Assert.Matches("OMP_WAIT_POLICY = '?PASSIVE", outcome.Error);
        Assert.Matches("threads wait +passive", outcome.Output);
    }

    [Fact]
    public async Task The_doctor_names_a_cache_that_cannot_be_written_and_the_fix()
    {
        File.WriteAllText(_tool.At("file"), "");
        var outcome = await _tool.Start(("EFFACE_CACHE", _tool.At("file/cache")), null, ["doctor"]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("FAULT cache folder", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("EFFACE_CACHE", outcome.Output, StringComparison.Ordinal);
    }
}
