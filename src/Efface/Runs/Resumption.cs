using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>Going on with a run that was stopped, or killed.</summary>
internal static partial class Resumption
{
    // Where files lie, how fast they are read and how often the state is saved changes no weight.
    private static readonly string[] Harmless = ["root", "reading", "checkpointSeconds"];

    /// <summary>Refuses to go on with other data or another configuration than the run began with.</summary>
    /// <param name="began">run.json as it stands.</param>
    /// <param name="asked">What the run would be now.</param>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InvalidInputException">Every difference.</exception>
    public static void Check(RunRecord began, RunRecord asked, string path)
    {
        var problems = new List<Problem>();
        if (began.Command != asked.Command)
            problems.Add(new Problem($"--out {path}", $"is a run of efface {began.Command}", $"Go on with efface {began.Command} --resume"));
        if (began.Data.Fingerprint != asked.Data.Fingerprint)
            problems.Add(new Problem($"--out {path}", $"began with other data (fingerprint {began.Data.Fingerprint[..12]}…, now {asked.Data.Fingerprint[..12]}…)", "Restore the data as it was, or start a new run"));
        JsonObject before = Json(began.Config), now = Json(asked.Config);
        foreach (var name in before.Select(entry => entry.Key).Union(now.Select(entry => entry.Key)).Except(Harmless))
            if (!JsonNode.DeepEquals(before[name], now[name]))
                problems.Add(new Problem($"--{Capital().Replace(name, match => $"-{match.Value.ToLowerInvariant()}")} {Text(now[name])}", $"the run in {path} began with {Text(before[name])}", "Leave the flag out to go on, or start a new run"));
        if (problems.Count > 0) throw new InvalidInputException(problems);
    }

    /// <summary>The stages that were measured when the run began stand for the number of blocks that was asked for.</summary>
    public static RunConfig WithBlocksOf(RunConfig asked, RunConfig began)
        => asked.Blocks is { } blocks && began.Blocks is { } placed && BlockChoice.Count(blocks) == BlockChoice.Count(placed) ? asked with { Blocks = placed } : asked;

    private static JsonObject Json(RunConfig config) => JsonSerializer.SerializeToNode(config, RunFolder.Json)!.AsObject();

    private static string Text(JsonNode? value) => value switch
    {
        null => "nothing",
        JsonArray list => string.Join(',', list.Select(Text)),
        _ => value.ToString(),
    };

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
