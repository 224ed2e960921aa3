using System.Globalization;
using Efface.Reporting;
using Efface.Reporting.Page;

namespace Efface.Runs;

/// <summary>Figure 6: recipe paper over λ2 and λ3, for two λ1.</summary>
internal static class LambdaMap
{
    private const string Recipe = "paper";
    private static readonly double[] Reconstruction = [5, 2.5], Task = [0.5, 1, 2.5, 5], Forgetting = [0.5, 1, 2.5, 5];

    public static IReadOnlyList<ExperimentCell> Cells(ReproductionSettings settings)
        => [.. PaperSets.Usual(settings).SelectMany(data => Enumerable.Range(0, settings.Scale.Seeds).SelectMany(seed =>
            Grid().Select(lambda => Cell(data, lambda, seed, settings)).Prepend(ExperimentMethods.Cell(data, settings.Scale.Models[0], ExperimentMethods.Before, seed, settings.Scale))
                .Prepend(ExperimentMethods.Training(data, settings.Scale.Models[0], seed, settings.Scale))))];

    public static Reproduced Figure6(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs)
    {
        var (rows, pictures) = (new List<(double[] Lambda, MethodRow Row)>(), new Dictionary<string, string>());
        foreach (var data in PaperSets.Usual(settings))
        {
            var found = Grid().ToDictionary(lambda => lambda, lambda => MethodRow.Of(Recipe, [.. Enumerable.Range(0, settings.Scale.Seeds).Select(seed => runs[Cell(data, lambda, seed, settings).Name])]));
            rows.AddRange(found.Select(entry => (entry.Key, entry.Value)));
            foreach (var first in Reconstruction)
                foreach (var (measure, value) in new (string, Func<MethodRow, double>)[] { ("AUM", row => row.Aum), ("leak", row => row.Leak.Value) })
                    pictures[string.Create(CultureInfo.InvariantCulture, $"figure6-{data.Name}-{measure.ToLowerInvariant()}-{first}.svg")] = HeatGrid.Draw(
                        string.Create(CultureInfo.InvariantCulture, $"{data.Name}: {measure}, λ1 = {first}"), ("λ3", Names(Forgetting)), ("λ2", Names(Task)),
                        [.. Task.Select(task => (IReadOnlyList<double>)[.. Forgetting.Select(forgetting => value(found.Single(entry => entry.Key.SequenceEqual([first, task, forgetting])).Value))])]);
        }
        var table = MethodTables.Table("Figure 6: recipe paper over λ2 and λ3", [.. rows.Select(entry => entry.Row with { Method = $"λ = {string.Join(", ", Names(entry.Lambda))}" })], runs);
        return table with { Pictures = pictures };
    }

    private static IEnumerable<double[]> Grid() => from first in Reconstruction from task in Task from forgetting in Forgetting select new[] { first, task, forgetting };

    private static ExperimentCell Cell(ExperimentData data, double[] lambda, int seed, ReproductionSettings settings)
    {
        var cell = ExperimentMethods.Cell(data, settings.Scale.Models[0], Recipe, seed, settings.Scale);
        return cell with { Name = ExperimentMethods.NameOf(data, settings.Scale.Models[0], $"{Recipe}-{string.Join('_', Names(lambda))}", seed), Config = cell.Config with { Lambda = lambda } };
    }

    private static string[] Names(IEnumerable<double> values) => [.. values.Select(value => value.ToString(CultureInfo.InvariantCulture))];
}
