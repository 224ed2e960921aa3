using System.Globalization;
using Efface.Records;
using Efface.Reporting.Page;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>Figure 6: recipe paper over λ2 and λ3, for two λ1.</summary>
internal static class LambdaMap
{
    private const string Recipe = "paper";
    private static readonly double[] Reconstruction = [5, 2.5],
        Task = [0.5, 1, 2.5, 5],
        Forgetting = [0.5, 1, 2.5, 5];

    public static IReadOnlyList<ExperimentCell> Cells(ReproductionSettings settings) =>
        [
            .. PaperSets
                .Usual(settings)
                .SelectMany(data =>
                    Enumerable
                        .Range(0, settings.Scale.Seeds)
                        .SelectMany(seed =>
                            ExperimentMethods
                                .BeforeMethods([Recipe])
                                .Select(method => ExperimentMethods.Cell(data, settings.Scale.Models[0], method, seed, settings.Scale))
                                .Prepend(ExperimentMethods.Training(data, settings.Scale.Models[0], seed, settings.Scale))
                                .Concat(Grid().Select(lambda => Cell(data, lambda, seed, settings)))
                        )
                ),
        ];

    public static Reproduced Figure6(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs)
    {
        var found = PaperSets
            .Usual(settings)
            .ToDictionary(
                data => data.Name,
                data =>
                    Grid()
                        .Select(lambda =>
                            MethodRow.Of(
                                Recipe,
                                [.. Enumerable.Range(0, settings.Scale.Seeds).Select(seed => runs[Cell(data, lambda, seed, settings).Name])]
                            ) with
                            {
                                Method = $"λ = {string.Join(", ", Names(lambda))}",
                            }
                        )
                        .ToList()
            );
        var before = PaperSets
            .Usual(settings)
            .ToDictionary(
                data => data.Name,
                data =>
                    ExperimentMethods
                        .BeforeMethods([Recipe])
                        .Select(method => ExperimentMethods.Row(data, settings.Scale.Models[0], method, settings.Scale, runs))
            );
        return MethodTables.Table(
            "Figure 6: recipe paper over λ2 and λ3",
            [.. found.SelectMany(entry => before[entry.Key].Concat(entry.Value))],
            runs
        ) with
        {
            Pictures = found.SelectMany(entry => Maps(entry.Key, entry.Value)).ToDictionary(),
        };
    }

    /// <summary>Heat maps of AUM and leak for each λ1, SVG by file name.</summary>
    /// <param name="data">The data set's name.</param>
    /// <param name="rows">One for each λ of the grid, in its order; those of the model before are left out.</param>
    public static IEnumerable<KeyValuePair<string, string>> Maps(string data, IReadOnlyList<MethodRow> rows) =>
        from map in Reconstruction.Zip(rows.Where(row => !ExperimentMethods.IsBefore(row.Method)).Chunk(Task.Length * Forgetting.Length))
        from measure in new (string Name, Func<MethodRow, double> Of)[] { ("AUM", row => row.Aum), ("leak", row => row.Leak.Value) }
        select new KeyValuePair<string, string>(
            string.Create(CultureInfo.InvariantCulture, $"figure6-{data}-{measure.Name.ToLowerInvariant()}-{map.First}.svg"),
            HeatGrid.Draw(
                string.Create(CultureInfo.InvariantCulture, $"{data}: {measure.Name}, λ1 = {map.First}"),
                ("λ3", Names(Forgetting)),
                ("λ2", Names(Task)),
                [.. map.Second.Chunk(Forgetting.Length).Select(line => (IReadOnlyList<double>)[.. line.Select(measure.Of)])]
            )
        );

    private static IEnumerable<double[]> Grid() =>
        from first in Reconstruction
        from task in Task
        from forgetting in Forgetting
        select new[] { first, task, forgetting };

    private static ExperimentCell Cell(ExperimentData data, double[] lambda, int seed, ReproductionSettings settings)
    {
        var cell = ExperimentMethods.Cell(data, settings.Scale.Models[0], Recipe, seed, settings.Scale);
        return cell with
        {
            Name = ExperimentMethods.NameOf(data, settings.Scale.Models[0], $"{Recipe}-{string.Join('_', Names(lambda))}", seed),
            Config = cell.Config with { Recipe = cell.Config.Recipe with { Lambda = lambda } },
        };
    }

    private static string[] Names(IEnumerable<double> values) => [.. values.Select(value => value.ToString(CultureInfo.InvariantCulture))];
}
