using Efface.Data;
using Efface.Records;

namespace Efface.Runs;

/// <summary>What is wrong with the parts of a data set, and with the classes in each.</summary>
internal static class PartChecks
{
    /// <summary>Parts without an image; if there are none, classes missing in a part.</summary>
    /// <param name="table">The images.</param>
    /// <param name="columns">The task, and the attributes to forget, retain or remove.</param>
    /// <param name="config">How they were read.</param>
    public static IReadOnlyList<Problem> Of(Examples table, IEnumerable<Column> columns, RunConfig config)
    {
        var (empty, filled) = (new List<Part>(), new List<Part>());
        foreach (var part in Enum.GetValues<Part>())
            (table.Rows(part).Length == 0 ? empty : filled).Add(part);
        if (empty.Count > 0)
            return
            [
                .. empty.Select(part => new Problem(
                    $"{part.Word()} part",
                    $"has no image: all are marked {string.Join(" or ", filled.Select(other => other.Word()))}",
                    Remedy(part, config)
                )),
            ];
        return
        [
            .. from column in columns
            from part in filled
            where column.Count(table.Rows(part)).Count(count => count > 0) < 2
            select new Problem(
                $"column '{column.Name}', {part.Word()} part",
                "holds fewer than two classes",
                config.Data.Limit is null
                    ? "Choose another column, or another split"
                    : "Choose another column, or raise `DataOptions.Limit`"
            ),
        ];
    }

    private static string Remedy(Part missing, RunConfig config) =>
        (config.Data.Name, config.Data.Reading.SplitColumn) switch
        {
            ("folders", _) =>
                $"Add a folder {missing.Word()}, or rename the levels (`ReadingOptions.Levels` part,class), so that parts are drawn",
            (_, { } column) =>
                $"Leave `ReadingOptions.SplitColumn` out, so that parts are drawn, or mark some rows of {column} as {missing.Word()}",
            ("parquet", _) =>
                $"Add a file {missing.Word()}-00000.parquet, or rename those there are so that none names a part: parts are drawn then",
            _ => $"Give the whole data set: its own split has a {missing.Word()} part; or look at `LabelRules.Only` and `LabelRules.Drop`",
        };
}
