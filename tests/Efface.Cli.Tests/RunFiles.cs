using System.Text.Json.Nodes;
using Xunit;

namespace Efface.Cli.Tests;

/// <summary>What a run's folder holds.</summary>
internal sealed record RunFiles(string Path)
{
    public byte[] Weights => File.ReadAllBytes(At("model.safetensors"));

    public JsonObject Result => JsonNode.Parse(File.ReadAllText(At("run.json")))!["result"]!.AsObject();

    /// <summary>Every file's bytes, by its name.</summary>
    public SortedDictionary<string, byte[]> Bytes =>
        new(
            Directory
                .EnumerateFiles(Path, "*", SearchOption.AllDirectories)
                .ToDictionary(file => System.IO.Path.GetRelativePath(Path, file), File.ReadAllBytes),
            StringComparer.Ordinal
        );

    /// <summary>The lines of metrics.jsonl without what a clock or the system's memory says.</summary>
    public IEnumerable<string> Metrics =>
        File.ReadLines(At("metrics.jsonl"))
            .Select(line =>
            {
                var epoch = JsonNode.Parse(line)!.AsObject();
                foreach (var name in new[] { "seconds", "imagesPerSecond", "peakMemory" })
                    Assert.True(epoch.Remove(name));
                return epoch.ToJsonString();
            });

    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Ended as the other did, with nothing left over.</summary>
    public void EndedAs(RunFiles whole, string story = "")
    {
        Assert.True(whole.Weights.AsSpan().SequenceEqual(Weights), $"other weights {story}");
        Assert.True(
            whole.Metrics.SequenceEqual(Metrics),
            $"other metrics {story}:\n{string.Join('\n', whole.Metrics)}\nand\n{string.Join('\n', Metrics)}"
        );
        foreach (var name in new[] { "epochs", "fidelity", "interrupted" })
            Assert.True(JsonNode.DeepEquals(whole.Result[name], Result[name]), $"another {name} {story}");
        // The epochs before it was killed count too, if not all of the one that was cut.
        var seconds = File.ReadLines(At("metrics.jsonl")).Select(line => (double)JsonNode.Parse(line)!["seconds"]!).ToList();
        Assert.True(
            (double)Result["seconds"]! >= seconds.Sum() - seconds.Max(),
            $"{Result["seconds"]} seconds for epochs of {string.Join(", ", seconds)} {story}"
        );
        Assert.Equal(
            "events.out.tfevents.efface, metrics.jsonl, model.json, model.safetensors, run.json",
            string.Join(", ", Directory.EnumerateFileSystemEntries(Path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal))
        );
    }

    /// <summary>No file but those with a temporary name is cut off.</summary>
    public void AreWhole(string story)
    {
        if (!Directory.Exists(Path))
            return;
        foreach (var (name, bytes) in Bytes.Where(file => !file.Key.EndsWith(".partial", StringComparison.Ordinal)))
            Assert.True(IsWhole(name, bytes), $"{name} is cut off or unknown {story}");
    }

    private static bool IsWhole(string name, byte[] bytes) =>
        System.IO.Path.GetFileName(name) switch
        {
            "run.json" or "model.json" => IsJson(bytes),
            // The last line is only added to.
            "metrics.jsonl" => System
                .Text.Encoding.UTF8.GetString(bytes)
                .Split('\n')
                .SkipLast(1)
                .All(line => IsJson(System.Text.Encoding.UTF8.GetBytes(line))),
            // The same; whoever reads it stops at a record that is not whole.
            "events.out.tfevents.efface" => true,
            "model.safetensors" or "state.safetensors" => IsTensors(bytes),
            _ => false,
        };

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) is JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    // Eight bytes for the header's length, the header, and as many bytes as it says.
    private static bool IsTensors(byte[] bytes)
    {
        if (bytes.Length < 8)
            return false;
        var start = 8 + BitConverter.ToInt64(bytes, 0);
        if (bytes.Length < start || !IsJson(bytes.AsSpan(8, (int)start - 8)))
            return false;
        var tensors = JsonNode.Parse(bytes.AsSpan(8, (int)start - 8))!.AsObject().Where(entry => entry.Key != "__metadata__");
        return start + tensors.Max(entry => (long)entry.Value!["data_offsets"]![1]!) == bytes.Length;
    }
}
