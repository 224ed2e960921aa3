using System.Text.Json.Serialization;
using Efface.Detachment;

namespace Efface.Records;

/// <summary>What a run forgets, and how; null takes the recipe's own value.</summary>
public sealed record RecipeSettings
{
    /// <summary>The recipe's name.</summary>
    [JsonPropertyName("recipe")]
    [Setting("--recipe", "NAME", "strict (the default; of vectors balance) or another; see efface recipes.")]
    public string Name { get; init; } = "strict";

    /// <summary>The attributes to forget; empty for <c>train</c>.</summary>
    [Setting("--forget", "COLS", "Columns to forget, separated by commas.", IsInherited = true, IsFixed = true)]
    public IReadOnlyList<string> Forget { get; init; } = [];

    /// <summary>Attributes that must stay readable.</summary>
    [Setting(
        "--retain",
        "COLS",
        "Columns that are to stay readable, separated by commas.",
        IsFixed = true,
        Command = ModelSettings.Forgets
    )]
    public IReadOnlyList<string> Retain { get; init; } = [];

    /// <summary>The weight of each of them in the loss.</summary>
    [Setting(
        "--retention",
        "W",
        "Weight of each of them in the loss.",
        Range = "[0, ∞)",
        Remedy = "Give a weight such as 1, or 0 for none",
        Command = ModelSettings.Forgets
    )]
    public double? Retention { get; init; }

    /// <summary>B of the discrete bottleneck: 2^B codes.</summary>
    [Setting(
        "--bits",
        "B",
        "Size of the discrete bottleneck: 2^B codes.",
        Range = "[1, 12]",
        Remedy = "Give 1 to 12 bits: 2 to 4,096 codes"
    )]
    public int? Bits { get; init; }

    /// <summary>λ1, λ2, λ3: three numbers.</summary>
    [Setting(
        "--lambda",
        "A,B,C",
        "Weights of reconstruction, task and forgetting.",
        Range = "[0, ∞)",
        Remedy = "Give λ1,λ2,λ3, each 0 or more, such as 2.5,1,5",
        IsFixed = true // sweeps vary each λ separately
    )]
    public IReadOnlyList<double>? Lambda { get; init; }

    /// <summary>Weight of the trained model's embedding, which the code should carry.</summary>
    [Setting(
        "--distil",
        "W",
        "Weight of the trained model's embedding as what the code is to carry; 0 for none.",
        Range = "[0, ∞)",
        Remedy = "Give a weight such as 1, or 0 for none",
        Command = ModelSettings.Forgets
    )]
    public double? Distillation { get; init; }

    /// <summary>How the extractor treats attribute heads.</summary>
    [JsonConverter(typeof(Words<AttributeObjective>))]
    [Setting("--objective", "NAME", "confusion (the default), entropy or reversal.")]
    public AttributeObjective? Objective { get; init; }

    /// <summary>λ; null if not given.</summary>
    [JsonIgnore]
    public LossWeights? Weights =>
        Lambda is [var reconstruction, var task, var forgetting] ? new LossWeights(reconstruction, task, forgetting) : null;

    /// <summary>What is wrong with the settings, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var problem in Settings.Check(this))
            yield return problem;
        if (Lambda is { Count: not 3 })
            yield return new Problem(
                $"`RecipeSettings.Lambda` {Setting.Text(Lambda)}",
                "not three numbers",
                "Give λ1,λ2,λ3, each 0 or more, such as 2.5,1,5"
            );
        if (this is { Retention: { } retention, Retain.Count: 0 })
            yield return new Problem(
                $"`RecipeSettings.Retention` {Setting.Text(retention)}",
                "nothing is to be retained",
                "Give `RecipeSettings.Retain` as well"
            );
    }

    /// <summary>Columns that are named twice, or for what excludes each other.</summary>
    /// <param name="task">The task's column.</param>
    internal IEnumerable<Problem> CheckColumns(string? task)
    {
        if (task is not null && Forget.Contains(task))
            yield return new Problem(
                $"`RecipeSettings.Forget` {task}",
                "is the task itself",
                "Forget another column, or choose another task"
            );
        foreach (
            var problem in Problem
                .NamedTwice("`RecipeSettings.Forget`", Forget, "attribute")
                .Concat(Problem.NamedTwice("`RecipeSettings.Retain`", Retain, "attribute"))
        )
            yield return problem;
        foreach (var name in Retain.Where(name => name == task || Forget.Contains(name)))
            yield return new Problem(
                $"`RecipeSettings.Retain` {name}",
                name == task ? "is the task itself, which is kept anyway" : "is to be forgotten",
                "Retain another column"
            );
    }
}
