using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Efface.Reporting;
using Efface.Unlearning;

namespace Efface.Runs;

/// <summary>An option of <c>efface unlearn</c> with the values that it takes in a sweep.</summary>
/// <param name="Name">The flag without its dashes; λ are <c>lambda1</c>, <c>lambda2</c>, <c>lambda3</c>.</param>
/// <param name="Values">As the user wrote them.</param>
public sealed record SweepAxis(string Name, IReadOnlyList<string> Values)
{
    // What decides the data or where things are is the same for all points.
    private static readonly string[] Fixed =
    [
        "data",
        "root",
        "task",
        "forget",
        "from",
        "reading",
        "vectors",
        "attentionRemoval",
        "lambda",
        "seed",
        "checkpointSeconds",
        "devices",
        "retain",
    ];

    private static readonly string[] Lambdas = ["lambda1", "lambda2", "lambda3"];

    // By flag, the name that it has in JSON.
    private static readonly Dictionary<string, string> Properties = typeof(RunConfig)
        .GetProperties()
        .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
        .Except(Fixed)
        .ToDictionary(Resumption.Flag);

    /// <summary>Every option that can be swept.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Lambdas, .. Properties.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads <c>NAME=VALUE,VALUE,…</c>.</summary>
    /// <exception cref="InvalidInputException">It is not of that form, or the option cannot be swept.</exception>
    public static SweepAxis Parse(string text)
    {
        var parts = text.Split('=', 2);
        var values = parts.Length < 2 ? [] : parts[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (values.Length == 0)
            throw new InvalidInputException(
                $"--grid {text}",
                "not NAME=VALUE,VALUE",
                "Give an option with its values, such as --grid lambda3=1,5,20"
            );
        if (!Names.Contains(parts[0]))
            throw new InvalidInputException($"--grid {text}", $"'{parts[0]}' cannot be swept", $"Choose one of {string.Join(", ", Names)}");
        if (values.Distinct().Count() != values.Length)
            throw new InvalidInputException($"--grid {text}", "names a value twice", "Name each value once");
        return new SweepAxis(parts[0], values);
    }

    /// <summary>The configuration with one of the values.</summary>
    /// <exception cref="InvalidInputException">The option cannot have that value.</exception>
    public RunConfig Apply(RunConfig config, string value)
    {
        if (Array.IndexOf(Lambdas, Name) is >= 0 and var i)
        {
            var (reconstruction, task, forgetting) = Recipes.Named(config.Recipe).Weights;
            double[] lambda = [.. config.Lambda ?? [reconstruction, task, forgetting]];
            lambda[i] = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var given)
                ? given
                : throw Wrong(value, "not a number");
            return config with { Lambda = lambda };
        }
        var json = JsonSerializer.SerializeToNode(config, RunFolder.Json)!.AsObject();
        foreach (var node in new[] { Number(value), JsonValue.Create(value) })
            try
            {
                json[Properties[Name]] = node;
                if (node is not null)
                    return json.Deserialize<RunConfig>(RunFolder.Json)!;
            }
            catch (JsonException)
            {
                // Not as a number; perhaps as a word.
            }
        throw Wrong(value, "not a value that it can take");
    }

    private InvalidInputException Wrong(string value, string fault) =>
        new($"--grid {Name}={value}", fault, "Give values that the flag of efface unlearn takes");

    private static JsonNode? Number(string value) =>
        value is "true" or "false" ? JsonValue.Create(value == "true")
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number == Math.Floor(number) && Math.Abs(number) < 1e9 ? JsonValue.Create((int)number)
                : JsonValue.Create(number)
        : null;
}
