using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Efface.Models;
using Efface.Reporting;

namespace Efface.Runs;

/// <summary>Going on with a run that was stopped, or killed.</summary>
internal static partial class Resumption
{
    // Where files lie, how fast they are read and how often the state is saved changes no weight.
    private static readonly string[] Harmless = ["root", "reading", "checkpointSeconds"];

    // What a run finds out by itself where nobody said it.
    private static readonly string[] FoundOut = ["split", "blocks", "threads", "attentionRemoval"];

    /// <summary>
    /// Refuses flags of another run, before anything else is made of them. What was left open counts as what the run began with.
    /// </summary>
    /// <param name="began">run.json as it stands.</param>
    /// <param name="command">What the run is asked to be now.</param>
    /// <param name="asked">The flags as they were given.</param>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InvalidInputException">Every difference.</exception>
    public static void CheckFlags(RunRecord began, string command, RunConfig asked, string path) =>
        CheckFlags(began, command, asked, path, open: (_, value) => value is null or JsonArray { Count: 0 });

    private static void CheckFlags(RunRecord began, string command, RunConfig asked, string path, Func<string, JsonNode?, bool> open)
    {
        var problems = Differences(began.Config, asked, path, open).ToList();
        if (began.Command != command)
            problems.Insert(
                0,
                new Problem($"--out {path}", $"is a run of efface {began.Command}", $"Go on with efface {began.Command} --resume")
            );
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }

    /// <summary>
    /// Refuses a finished run that is not the one that would be made now: what was left open counts as what a run makes of it.
    /// </summary>
    /// <inheritdoc cref="CheckFlags(RunRecord, string, RunConfig, string)"/>
    public static void CheckFinished(RunRecord began, string command, RunConfig asked, string path)
    {
        // The usual stem depends on the images' size.
        var stem = asked.Stem
            ?? new[] { Backbones.DefaultStem(1), Backbones.DefaultStem(long.MaxValue) }.FirstOrDefault(usual => usual == began.Config.Stem);
        asked = ModelRun.WithUsualTraining(WithBlocksOf(asked, began.Config) with { Stem = stem }, forgets: command == "unlearn");
        CheckFlags(began, command, asked, path, open: (name, value) => value is null && FoundOut.Contains(name));
    }

    /// <summary>Refuses to go on with other data or another configuration than the run began with.</summary>
    /// <param name="began">run.json as it stands.</param>
    /// <param name="asked">What the run would be now.</param>
    /// <param name="path">The run's folder.</param>
    /// <exception cref="InvalidInputException">Every difference.</exception>
    public static void Check(RunRecord began, RunRecord asked, string path)
    {
        var problems = Differences(began.Config, asked.Config, path, open: (_, _) => false).ToList();
        if (OtherData(began, asked.Data.Fingerprint, path) is { } other)
            problems.Insert(0, other);
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }

    /// <summary>That a run began with other data than there are now; null where it did not.</summary>
    public static Problem? OtherData(RunRecord began, string fingerprint, string path) =>
        began.Data.Fingerprint == fingerprint
            ? null
            : new Problem(
                $"--out {path}",
                $"began with other data (fingerprint {began.Data.Fingerprint[..12]}…, now {fingerprint[..12]}…)",
                "Restore the data as it was, or start a new run"
            );

    /// <summary>The stages that were measured when the run began stand for the number of blocks that was asked for.</summary>
    public static RunConfig WithBlocksOf(RunConfig asked, RunConfig began) =>
        asked.Blocks is { } blocks
        && BlockChoice.IsNumber(blocks)
        && began.Blocks is { } placed
        && BlockChoice.Count(blocks) == BlockChoice.Count(placed)
            ? asked with
            {
                Blocks = placed,
            }
            : asked;

    private static IEnumerable<Problem> Differences(RunConfig began, RunConfig asked, string path, Func<string, JsonNode?, bool> open)
    {
        JsonObject before = Json(began),
            now = Json(asked);
        foreach (var name in before.Select(entry => entry.Key).Union(now.Select(entry => entry.Key)).Except(Harmless))
            if (!open(name, now[name]) && !JsonNode.DeepEquals(before[name], now[name]))
                yield return new Problem(
                    $"--{Flag(name)} {Text(now[name])}",
                    $"the run in {path} began with {Text(before[name])}",
                    "Leave the flag out to go on, or start a new run"
                );
    }

    /// <summary>The flag, without its dashes, of a property of the configuration as JSON has it.</summary>
    public static string Flag(string name) =>
        name switch
        {
            "distillation" => "distil",
            "attentionRemoval" => "remove-attention",
            _ => Capital().Replace(name, match => $"-{match.Value.ToLowerInvariant()}"),
        };

    private static JsonObject Json(RunConfig config) => JsonSerializer.SerializeToNode(config, RunFolder.Json)!.AsObject();

    private static string Text(JsonNode? value) =>
        value switch
        {
            null => "nothing",
            JsonArray list => string.Join(',', list.Select(Text)),
            _ => value.ToString(),
        };

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
