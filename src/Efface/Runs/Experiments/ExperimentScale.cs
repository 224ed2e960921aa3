using Efface.Auditing;
using Efface.Data;

namespace Efface.Runs;

/// <summary>What an experiment trains, how long and how often: the scale of its tables.</summary>
public sealed record ExperimentScale
{
    /// <summary>Networks.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["resnet18"];

    /// <summary>Ways to forget, beside the model before.</summary>
    public IReadOnlyList<string> Recipes { get; init; } = ["paper", "strict", "prediction-only", "attention-removal"];

    /// <summary>Epochs of what trains from scratch.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Epochs of what starts from a trained model; null takes a third of <see cref="Epochs"/>.</summary>
    public int? UnlearningEpochs { get; init; }

    /// <summary>How many seeds, from 0.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>At most so many images of each part; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>A name of the stems; null takes the usual one.</summary>
    public string? Stem { get; init; }

    /// <summary>Factor on every stage's channels.</summary>
    public double Width { get; init; } = 1;

    /// <summary>The images' side; null keeps the data set's own.</summary>
    public int? Size { get; init; }

    /// <summary>Images a step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Threads of one operation; null leaves the backend's choice.</summary>
    public int? Threads { get; init; }

    /// <summary>Where decoded images are kept, and by how many workers they are decoded.</summary>
    public ReadingOptions Reading { get; init; } = new();

    /// <summary>Which attackers are sent; null for all.</summary>
    public IReadOnlyList<string>? Attackers { get; init; }

    /// <summary>Epochs of what starts from a trained model.</summary>
    public int EpochsFromModel => UnlearningEpochs ?? Math.Max(1, Epochs / 3);

    /// <summary>How audits look.</summary>
    public AuditSettings Audit => AuditWith(Attackers);

    /// <summary>How audits of a table look: whoever is named, the paper's own decoder is among those who read maps.</summary>
    /// <param name="attackers">Names; null for all.</param>
    public static AuditSettings AuditWith(IReadOnlyList<string>? attackers) =>
        attackers is null
            ? new AuditSettings()
            : new AuditSettings { Attackers = [.. attackers.Append(new ResNetAttacker().Name).Distinct()] };

    /// <summary>What is wrong with it, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var (flag, value) in new[] { ("--epochs", Epochs), ("--unlearning-epochs", EpochsFromModel), ("--seeds", Seeds) })
            if (value < 1)
                yield return new Problem($"{flag} {value}", "below 1", "Give 1 or more");
        foreach (var problem in Problem.NamedTwice("--models", Models, "model").Concat(Problem.NamedTwice("--recipes", Recipes, "recipe")))
            yield return problem;
        foreach (var name in Recipes.Where(name => Unlearning.Recipes.All.All(recipe => recipe.Name != name)))
            yield return new Problem(
                $"--recipes {name}",
                "no such recipe",
                $"Choose from {string.Join(", ", Unlearning.Recipes.All.Select(recipe => recipe.Name))}"
            );
    }
}
