using System.Text.Json.Serialization;
using Efface.Data.Labels;

namespace Efface.Data.Sources;

/// <summary>How to read a data set.</summary>
public sealed record DataOptions
{
    /// <summary>The data set's name.</summary>
    [JsonPropertyName("data")]
    [Setting(
        "--data",
        "NAME",
        "Data set: faces (drawn by Efface itself; the default), cifar10, celeba, fairface, utkface, table, folders, images or parquet.",
        IsFixed = true
    )]
    public string Name { get; init; } = "faces";

    /// <summary>The folder of its files; null for data that Efface draws itself.</summary>
    [Setting("--root", "DIR", "Folder that holds the data set's files.", IsHarmless = true, IsFixed = true)]
    public string? Root { get; init; }

    /// <summary>The column the model is for; null takes the data set's default.</summary>
    [Setting("--task", "COL", "Column the model is for.", IsFixed = true)]
    public string? Task { get; init; }

    /// <summary>Further columns that are needed.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Names of task and attributes.</summary>
    internal IReadOnlyCollection<string> Chosen => [.. Attributes.Prepend(Task).OfType<string>().Distinct()];

    /// <summary>The columns that a rule or a setting names: they are read whole, however many values they have.</summary>
    internal IReadOnlySet<string> Needed =>
        ColumnRules.Needed(Reading).Concat(Chosen).Concat(new[] { Reading.SplitColumn, Reading.GroupColumn }.OfType<string>()).ToHashSet();

    /// <summary>The side in pixels; null keeps the data set's own.</summary>
    [Setting("--size", "PX", "Side of the images in pixels (the data set's own, 64 for files of any size).", Range = "[16, ∞)")]
    public int? Size { get; init; }

    /// <summary>The largest number of images in each part.</summary>
    [Setting("--limit", "N", "The most images of each part.", Range = "[20, ∞)")]
    public int? Limit { get; init; }

    /// <summary>The seed for drawn data: faces, and parts.</summary>
    [JsonIgnore]
    public int Seed { get; init; }

    /// <summary>Correlation between the default task and the default attribute, for drawn data.</summary>
    [Setting("--correlation", "R", "Between smile and glasses, for drawn faces (0.3).")]
    public double? Correlation { get; init; }

    /// <summary>How to read files.</summary>
    [SettingGroup(IsHarmless = true, IsFixed = true)]
    public ReadingOptions Reading { get; init; } = new();

    /// <summary>What can be found wrong without reading, each with its remedy.</summary>
    public IEnumerable<Problem> Check()
    {
        foreach (var problem in Settings.Check(this).Concat(Reading.Check()))
            yield return problem;
        foreach (var (property, given, sources) in Particular())
            if (given && !sources.Contains(Name))
                yield return new Problem(
                    property,
                    $"says nothing to data set {Name}",
                    $"It is for {string.Join(", ", sources)}: leave it out"
                );
        if (DataSources.Find(Name) is not { } source)
            yield return new Problem(
                $"`DataOptions.Name` {Name}",
                "no such data set",
                $"Choose one of {string.Join(", ", DataSources.All.Select(known => known.Name))}"
            );
        else if (source.Layout is not null && Root is null)
            yield return new Problem(
                "`DataOptions.Root`",
                $"missing: data set {Name} lies in files",
                $"Give the folder that holds {source.Layout}"
            );
        else if (source.Layout is not null && !Directory.Exists(Root))
            yield return new Problem(
                $"`DataOptions.Root` {Root}",
                File.Exists(Root) ? "is a file" : "no such folder",
                $"Give the folder that holds {source.Layout}"
            );
    }

    // A setting that would be ignored is a misunderstanding, and is reported.
    private (string Property, bool Given, string[] Sources)[] Particular() =>
        [
            ("`DataOptions.Correlation`", Correlation is not null, ["faces"]),
            ("`ReadingOptions.Table`", Reading.Table is not null, ["table"]),
            ("`ReadingOptions.Images`", Reading.Images is not null, ["table"]),
            ("`ReadingOptions.ImageColumn`", Reading.ImageColumn is not null, ["table", "parquet", "cifar10"]),
            ("`ReadingOptions.SplitColumn`", Reading.SplitColumn is not null, ["table", "folders", "parquet"]),
            ("`ReadingOptions.Levels`", Reading.Levels.Count > 0, ["folders"]),
        ];
}
