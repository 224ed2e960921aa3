using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>What holds of every audit, whatever it finds.</summary>
internal static class Verdicts
{
    /// <summary>The exit code, what was printed with --json and the file in the run's folder say the same.</summary>
    public static void Agree(Outcome outcome, string file)
    {
        var verdict = outcome.ExitCode switch
        {
            0 => new[] { "Certified", "Forgotten" },
            3 => ["Leaks"],
            4 => ["Inconclusive"],
            _ => throw new Xunit.Sdk.XunitException($"ended with {outcome.ExitCode}: {outcome.Error}"),
        };
        Assert.Contains((string)outcome.Json["verdict"]!, verdict);
        Assert.True(JsonNode.DeepEquals(outcome.Json, JsonNode.Parse(File.ReadAllText(file))), $"{file} says something else");
    }
}
