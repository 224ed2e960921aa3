using Efface.Records;
using Efface.Runs.Experiments;
using Efface.Unlearning;

namespace Efface.Runs.Sweeps;

/// <summary>
/// The model that all points of a sweep start from, as it is and cut where points cut it, to show at a point's own place what it removed.
/// </summary>
internal static class SweepOrigins
{
    /// <summary>Its cells: copies, so that their audits are stored beside those of the points; none from scratch.</summary>
    /// <param name="settings">The sweep.</param>
    /// <param name="points">The configuration of every point.</param>
    public static IEnumerable<ExperimentCell> Cells(SweepSettings settings, IEnumerable<RunConfig> points)
    {
        if (settings.Base.Model.From is not { } from)
            return [];
        var origin = new ExperimentCell
        {
            Name = ExperimentMethods.Before,
            Config = RunFolder.Open(from).Run.Config,
            Forgets = false,
            CopyOf = Path.GetFullPath(from),
            Attributes = settings.Attributes,
            Audit = settings.Audit,
        };
        return points
            .Where(point => NameFor(point) is not null)
            .DistinctBy(NameFor)
            .Select(point => origin with { Name = NameFor(point)!, Config = Cut(origin.Config, null), CutAs = Cut(point, SplitOf(point)) })
            .Prepend(origin);
    }

    /// <summary>
    /// The cell that shows what the model releases at a point's place; null if that is its own place, or is known only once the point is
    /// trained (<c>--blocks N</c>).
    /// </summary>
    public static string? NameFor(RunConfig point) =>
        Recipes.Find(point.Recipe.Name) is { } recipe
        && recipe.CutsInside(point.Model.Split)
        && !(point.Training.Blocks is { } blocks && BlockChoice.IsNumber(blocks))
            ? $"{ExperimentMethods.Before}-as-{SplitOf(point) ?? point.Recipe.Name}"
            : null;

    /// <summary>A row for each place.</summary>
    public static IReadOnlyList<MethodRow> Rows(IEnumerable<ExperimentCell> cells, IReadOnlyDictionary<string, RunFolder> runs) =>
        [
            .. cells
                .Where(cell => !cell.Forgets)
                .Select(cell => runs[cell.Name])
                .DistinctBy(run => run.Run.Config.Model.Split)
                .Select(
                    (run, i) =>
                        MethodRow.Of(
                            i == 0 ? ExperimentMethods.Before : $"{ExperimentMethods.Before}, at {run.Run.Config.Model.Split}",
                            [run]
                        )
                ),
        ];

    private static RunConfig Cut(RunConfig config, string? split) => config with { Model = config.Model with { Split = split } };

    private static string? SplitOf(RunConfig point) => point.Model.Split ?? point.Training.Blocks?.Split(',')[^1];
}
