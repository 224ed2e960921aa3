using System.Globalization;
using Efface.Records;
using Efface.Reporting.Page;
using Efface.Runs.Experiments;

namespace Efface.Runs.Reproductions;

/// <summary>A model of definition 2.1.</summary>
/// <param name="Row">What it forgot and keeps.</param>
/// <param name="Distances">Total variation distance of its class probabilities to those of each model of the table, mean over test images
/// and seeds.</param>
internal sealed record DefinitionRow(MethodRow Row, IReadOnlyList<double> Distances);

/// <summary>
/// Definition 2.1 as far as it can be measured: unlearning from a trained model, unlearning from scratch, and retraining on images without
/// the attribute's area; the distances of their outputs on test images, beside the distance of two trainings that differ only by their
/// seed.
/// </summary>
internal static class DefinitionTable
{
    private const string Recipe = "strict",
        Removal = "attention-removal";

    // Far from any seed that a user would choose.
    private const int OtherSeed = 1000;

    private static readonly string[] Methods =
    [
        "before",
        "before, another seed",
        "from the model",
        "from scratch",
        "trained again without the area",
    ];

    public static IReadOnlyList<ExperimentCell> Cells(ReproductionSettings settings) =>
        [
            .. PaperSets
                .Usual(settings)
                .SelectMany(data => Enumerable.Range(0, settings.Scale.Seeds).SelectMany(seed => Cells(data, seed, settings))),
        ];

    public static Reproduced Make(ReproductionSettings settings, IReadOnlyDictionary<string, RunFolder> runs)
    {
        var (rows, seeds) = (new List<DefinitionRow>(), Enumerable.Range(0, settings.Scale.Seeds).ToList());
        foreach (var data in PaperSets.Usual(settings))
        {
            var ofSeed = seeds.Select(seed => Audited(data, seed, settings).Select(cell => runs[cell.Name]).ToList()).ToList();
            var distances = ofSeed.Select(OutputDistance.Between).ToList();
            double Distance(int one, int other) => distances.Average(matrix => matrix[one, other]);
            foreach (var (i, method) in Methods.Index())
                rows.Add(
                    new DefinitionRow(
                        MethodRow.Of(method, [.. ofSeed.Select(all => all[i])]),
                        [.. Methods.Select((_, j) => Distance(i, j))]
                    )
                );
        }
        return new Reproduced(
            "Definition 2.1: unlearning from a model, from scratch, and training again",
            $"Recipe {Recipe}; {ScaleCaption.Of(runs.Values, seeds.Count)}",
            "Place: the released place where most is read; a code is computed from the embedding, where the models before are read. "
                + "Leak in points of balanced accuracy beyond who knows y. The last columns: total variation distance of the class "
                + "probabilities of two models on a test image, mean over images; two seeds of one training show how much of it is "
                + "chance. Seconds are of the training, with reading the data and making the images without the area; from the model "
                + "the training before it is not counted.",
            ["data", "method", "place", "fidelity", "leak, points", "verdict", "s", .. Methods.Select(method => $"to: {method}")],
            [.. rows.Select(Row)],
            rows,
            new Dictionary<string, string>()
        );
    }

    /// <summary>The printed cells of a row.</summary>
    public static IReadOnlyList<string> Row(DefinitionRow found)
    {
        var (row, distances) = found;
        return
        [
            row.Data,
            row.Method,
            row.Place ?? "–",
            Numbers.Plain(row.Fidelity.Value),
            MethodTables.Interval(row.Leak, MethodTables.Points),
            $"{row.Verdict}",
            row.Seconds.ToString("F0", CultureInfo.InvariantCulture),
            .. distances.Select(Numbers.Plain),
        ];
    }

    private static IEnumerable<ExperimentCell> Cells(ExperimentData data, int seed, ReproductionSettings settings) =>
        Audited(data, seed, settings)
            .Prepend(ExperimentMethods.Training(data, Model(settings), seed + OtherSeed, settings.Scale))
            .Prepend(ExperimentMethods.Training(data, Model(settings), seed, settings.Scale));

    // In the order of Methods.
    private static List<ExperimentCell> Audited(ExperimentData data, int seed, ReproductionSettings settings)
    {
        ExperimentCell Cell(string method, int of) => ExperimentMethods.Cell(data, Model(settings), method, of, settings.Scale);
        var unlearned = Cell(Recipe, seed);
        return
        [
            Cell(ExperimentMethods.Before, seed),
            Cell(ExperimentMethods.Before, seed + OtherSeed),
            unlearned,
            unlearned with
            {
                Name = ExperimentMethods.NameOf(data, Model(settings), $"{Recipe}-scratch", seed),
                From = null,
                Config = unlearned.Config with { Training = unlearned.Config.Training with { Epochs = settings.Scale.Epochs } },
            },
            Cell(Removal, seed),
        ];
    }

    private static string Model(ReproductionSettings settings) => settings.Scale.Models[0];
}
