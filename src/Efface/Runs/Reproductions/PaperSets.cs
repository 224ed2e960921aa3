using Efface.Data.Sources;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>The paper's setup for each data set.</summary>
internal static class PaperSets
{
    // The default attribute first. Drawn faces are for trying the commands; UTKFace has FairFace's columns.
    private static readonly Dictionary<string, (string Task, string[] Attributes)> Sets = new()
    {
        ["faces"] = ("smile", ["glasses", "skin"]),
        ["cifar10"] = ("living", ["class"]),
        ["celeba"] = ("Smiling", ["Male", "Mustache", "Big_Nose"]),
        ["fairface"] = ("gender", ["race", "age"]),
        ["utkface"] = ("gender", ["race", "age"]),
    };

    /// <summary>Data sets separated by commas, each as NAME=FOLDER; drawn faces need no folder.</summary>
    /// <exception cref="InvalidInputException">Every entry that is not one of the paper's sets, or has no folder.</exception>
    public static IReadOnlyList<(string Name, string? Root)> Parse(string list)
    {
        var entries = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split('=', 2))
            .Select(parts => (Name: parts[0], Root: parts is [_, { Length: > 0 } root] ? Path.GetFullPath(root) : null))
            .ToList();
        var problems = new List<Problem>();
        if (entries.Count == 0)
            problems.Add(
                new Problem(
                    $"`ReproductionSettings.Data` \"{list}\"",
                    "names nothing",
                    $"Give NAME=FOLDER with names from {string.Join(", ", Sets.Keys)}"
                )
            );
        foreach (var (name, root) in entries)
            if (!Sets.ContainsKey(name))
                problems.Add(
                    new Problem(
                        $"`ReproductionSettings.Data` {name}",
                        "is none of the paper's data sets",
                        $"Choose from {string.Join(", ", Sets.Keys)}"
                    )
                );
            else if (root is null && DataSources.Find(name)!.Layout is { } layout)
                problems.Add(
                    new Problem(
                        $"`ReproductionSettings.Data` {name}",
                        "says no folder",
                        $"Give `ReproductionSettings.Data` {name}=FOLDER, the folder that holds {layout}"
                    )
                );
        problems.AddRange(Problem.NamedTwice("`ReproductionSettings.Data`", entries.Select(entry => entry.Name), "data set"));
        return problems.Count == 0 ? entries : throw new InvalidInputException(problems);
    }

    /// <summary>Each data set with the attribute of table 1.</summary>
    public static IEnumerable<ExperimentData> Usual(ReproductionSettings settings) =>
        settings.Data.Select(set => Of(set, Sets[set.Name].Attributes[..1]));

    /// <summary>Each data set with all of its attributes together, if it has several.</summary>
    public static IEnumerable<ExperimentData> Together(ReproductionSettings settings) =>
        settings.Data.Where(set => Sets[set.Name].Attributes.Length > 1).Select(set => Of(set, Sets[set.Name].Attributes));

    /// <summary>Each data set with each attribute of table 3.</summary>
    public static IEnumerable<ExperimentData> EachAttribute(ReproductionSettings settings) =>
        settings.Data.SelectMany(set => Sets[set.Name].Attributes.Select(attribute => Of(set, [attribute])));

    private static ExperimentData Of((string Name, string? Root) set, string[] attributes) =>
        new(set.Name, set.Root, Sets[set.Name].Task, attributes);
}
