using Efface.Records;
using Efface.Unlearning;

namespace Efface.Runs.Sweeps;

/// <summary>An option of <c>efface unlearn</c> with its values in a sweep.</summary>
/// <param name="Name">The flag without its dashes; λ are <c>lambda1</c>, <c>lambda2</c>, <c>lambda3</c>.</param>
/// <param name="Values">As the user wrote them.</param>
internal sealed record SweepAxis(string Name, IReadOnlyList<string> Values)
{
    private static readonly string[] Lambdas = ["lambda1", "lambda2", "lambda3"];

    private static readonly Dictionary<string, Setting> Swept = Settings
        .Of<RunConfig>()
        .Where(setting => !setting.IsFixed)
        .ToDictionary(setting => setting.Name);

    /// <summary>Every option that can be swept.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Lambdas, .. Swept.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads <c>NAME=VALUE,VALUE,…</c>.</summary>
    /// <exception cref="InvalidInputException">It is not of that form, or the option cannot be swept.</exception>
    public static SweepAxis Parse(string text)
    {
        var parts = text.Split('=', 2);
        var values = parts.Length < 2 ? [] : parts[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (values.Length == 0)
            throw new InvalidInputException(
                $"`SweepSettings.Axes` {text}",
                "not NAME=VALUE,VALUE",
                "Give an option with its values, such as `SweepSettings.Axes` lambda3=1,5,20"
            );
        if (!Names.Contains(parts[0]))
            throw new InvalidInputException(
                $"`SweepSettings.Axes` {text}",
                $"'{parts[0]}' cannot be swept",
                $"Choose one of {string.Join(", ", Names)}"
            );
        if (values.Distinct().Count() != values.Length)
            throw new InvalidInputException($"`SweepSettings.Axes` {text}", "names a value twice", "Name each value once");
        return new SweepAxis(parts[0], values);
    }

    /// <summary>The configuration with one of the values.</summary>
    /// <exception cref="InvalidInputException">The option cannot have that value.</exception>
    public RunConfig Apply(RunConfig config, string value)
    {
        var recipe = config.Recipe;
        try
        {
            if (Array.IndexOf(Lambdas, Name) is not (>= 0 and var i))
                return Swept[Name].Read(config, value);
            var (reconstruction, task, forgetting) = recipe.Weights ?? Recipes.Named(recipe.Name).Weights;
            double[] lambda = [reconstruction, task, forgetting];
            lambda[i] = Settings.Of<RecipeSettings>().Single(setting => setting.Name == "lambda").Read(recipe, value).Lambda![0];
            return config with { Recipe = recipe with { Lambda = lambda } };
        }
        catch (InvalidInputException invalid)
        {
            throw new InvalidInputException([
                .. invalid.Problems.Select(problem => problem with { Subject = $"`SweepSettings.Axes` {Name}={value}" }),
            ]);
        }
    }
}
