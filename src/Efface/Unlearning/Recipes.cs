namespace Efface.Unlearning;

/// <summary>The ways to forget that Efface knows.</summary>
public static class Recipes
{
    /// <summary>Every recipe; the first is the default.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new Strict(),
        new Paper(),
        new Adversarial(),
        new Reversal(),
        new MaximumEntropy(),
        new Hsic(),
        new Mmd(),
        new Balance(),
        new Leace(),
        new WithoutAttention(),
        new PredictionOnly(),
    ];

    /// <summary>The recipe called <paramref name="name"/>; null if there is none.</summary>
    public static Recipe? Find(string name) => All.FirstOrDefault(recipe => recipe.Name == name);

    /// <summary>The recipe called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static Recipe Named(string name) => Find(name) ?? throw new InvalidInputException([Unknown("`RecipeSettings.Name`", name)]);

    /// <summary>The problem that there is no such recipe.</summary>
    /// <param name="property">What names it.</param>
    /// <param name="name">The name.</param>
    internal static Problem Unknown(string property, string name) =>
        new($"{property} {name}", "no such recipe", $"Choose one of {string.Join(", ", All.Select(recipe => recipe.Name))}");
}
