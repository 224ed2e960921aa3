using Efface.Data.Pixels;
using Efface.Data.Sheets;

namespace Efface.Data.Sources;

/// <summary>Pictures in folders whose names are their labels: each level of the path is a column.</summary>
internal static class FolderSource
{
    private const string Split = "split";

    public static LabelSheet Read(DataOptions options)
    {
        var root = options.Root!;
        var findings = new List<Finding>();
        var names = ImagePaths.Find(root, findings);
        if (names.Count == 0)
            throw new InvalidInputException(root, "holds no pictures", "Give `DataOptions.Root` the folder whose folders are classes");
        var levels = Levels(options.Reading.Levels, names);

        var draft = new SheetDraft(names.Count, row => (names[row], null));
        SheetColumnBuilder[] builders = [.. levels.Select(level => new SheetColumnBuilder(level, int.MaxValue))];
        for (var row = 0; row < names.Count; row++)
        {
            var steps = names[row].Split('/')[..^1];
            if (steps.Length != levels.Count)
                draft.Refuse(
                    row,
                    null,
                    $"{steps.Length} levels",
                    $"lies not {levels.Count} folders deep",
                    "Move it, or name the levels with --levels"
                );
            for (var i = 0; i < builders.Length; i++)
                builders[i].Add(steps.Length == levels.Count ? steps[i] : "");
        }
        SheetColumn[] columns = [.. builders.Select(builder => builder.Build())];
        var split = columns.FirstOrDefault(column => column.Name == (options.Reading.SplitColumn ?? Split));
        if (split is null && options.Reading.SplitColumn is { } wanted)
            throw new InvalidInputException(
                $"`ReadingOptions.SplitColumn` {wanted}",
                "is no level of the folders",
                $"The levels are {string.Join(", ", levels)}"
            );
        return draft.Finish(
            new LabelSheet
            {
                Name = "folders",
                Columns = [.. columns.Where(column => column != split)],
                Images = new CachedImages(new FileImages(root, names), root),
                ImageOfRow = [.. Enumerable.Range(0, names.Count)],
                Parts = split is null ? null : draft.Parts(split),
                Place = row => (names[row], null),
                Findings = findings,
            },
            []
        );
    }

    private static IReadOnlyList<string> Levels(IReadOnlyList<string> named, IReadOnlyList<string> names)
    {
        if (named.Count > 0)
            return named.Distinct().Count() == named.Count && !named.Contains("")
                ? named
                : throw new InvalidInputException(
                    $"`ReadingOptions.Levels` {string.Join(',', named)}",
                    "has an empty name, or one twice",
                    "Name each level once, such as split,class"
                );
        // The common layouts need no flag: class/picture, and split/class/picture.
        string[][] steps = [.. names.Select(name => name.Split('/')[..^1])];
        var depth = steps.GroupBy(step => step.Length).MaxBy(group => group.Count())!.Key;
        if (depth == 1)
            return ["class"];
        if (depth == 2 && steps.Where(step => step.Length == 2).All(step => SplitNames.PartOf(step[0]) is not null))
            return [Split, "class"];
        throw new InvalidInputException(
            "`ReadingOptions.Levels`",
            $"missing: most pictures lie {depth} folders deep (such as {names[0]})",
            depth == 0
                ? "Pictures in one folder have no labels: use `DataOptions.Name` table with a CSV"
                : "Name the levels from the root down, such as split,class"
        );
    }
}
