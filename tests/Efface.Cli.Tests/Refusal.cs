using Xunit;

namespace Efface.Cli.Tests;

/// <summary>How the tool refuses input: exit code 2, nothing on stdout, and on stderr one line a problem, with its remedy.</summary>
internal static class Refusal
{
    public static void Told(Outcome outcome, params string[] told)
    {
        Assert.Equal(2, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.All(told, part => Assert.Contains(part, outcome.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.All(outcome.Error.Split('\n'), line => Assert.Matches(@"^efface: \S.*\. \S.*\.$", line));
    }

    /// <summary>The same where notes about the data may come first.</summary>
    public static void ToldBesideNotes(Outcome outcome, params string[] told) =>
        Told(
            outcome with
            {
                Error = string.Join('\n', outcome.ErrorLines.Where(line => line.StartsWith("efface: ", StringComparison.Ordinal))),
            },
            told
        );

    /// <summary>Refused for exactly these problems, a line each and in this order.</summary>
    public static void ToldInLines(Outcome outcome, params string[] lines)
    {
        Told(outcome);
        Assert.Collection(
            outcome.Error.Split('\n'),
            [.. lines.Select(told => (Action<string>)(line => Assert.Contains(told, line, StringComparison.Ordinal)))]
        );
    }
}
